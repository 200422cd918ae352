/** What the recordings of `supersonic-scsynth-samples` are, read off their file names. */

export interface Family {
  /** The word an answer uses. */
  readonly name: string
  /** Other words for it that a person may use; they count as well. */
  readonly synonyms: readonly string[]
  readonly files: RegExp
  /** A short hit that can be repeated and counted. */
  readonly isHit: boolean
}

export const FAMILIES: readonly Family[] = [
  {
    name: 'hi-hat',
    synonyms: ['hihat', 'hat', 'cymbal'],
    files: /^(hat_|drum_cymbal_|drum_splash_|elec_cymbal|ride_|tbd_perc_hat)/,
    isHit: true,
  },
  { name: 'tabla', synonyms: [], files: /^tabla_/, isHit: true },
  {
    name: 'drum loop',
    synonyms: ['beat', 'drum beat'],
    files:
      /^(loop_(amen|breakbeat|compus|electric|garzul|industrial|mehackit|mika|perc|safari|tabla|weirdo)|arovane_beat_)/,
    isHit: false,
  },
  {
    name: 'kick',
    synonyms: ['kick drum'],
    files: /^(bd_|drum_bass_|drum_heavy_kick|elec_(hollow|soft)_kick)/,
    isHit: true,
  },
  { name: 'pad', synonyms: ['ambience', 'drone'], files: /^(ambi_|tbd_pad_|tbd_fxbed|loop_drone)/, isHit: false },
  {
    name: 'bell',
    synonyms: ['blip', 'chime', 'beep'],
    files: /^(perc_bell|drum_cowbell|elec_(beep|bell|blip|chime|ping|plip|pop|triangle|twip)|tbd_perc_blip)/,
    isHit: true,
  },
  { name: 'robot', synonyms: ['phone'], files: /^(mehackit_(robot|phone)|glitch_robot)/, isHit: false },
  { name: 'snare', synonyms: ['snare drum'], files: /^(sn_|drum_snare_|elec_(filt_|hi_|lo_|mid_)?snare)/, isHit: true },
  { name: 'tom', synonyms: ['wood'], files: /^(drum_tom_|elec_(fuzz_tom|wood|bong)|tbd_perc_tap)/, isHit: true },
  { name: 'bass', synonyms: [], files: /^(bass_|glitch_bass)/, isHit: false },
  { name: 'guitar', synonyms: [], files: /^guit_/, isHit: false },
]

/** Index into {@link FAMILIES}; null for recordings that are none of them (vinyl noise, a crow, doors). */
export function familyOf(file: string): number | null {
  const found = FAMILIES.findIndex(({ files }) => files.test(file))
  return found < 0 ? null : found
}

export const article = (name: string): string => `${/^[aeiou]/.test(name) ? 'an' : 'a'} ${name}`
