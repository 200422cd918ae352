/** What the recordings of `supersonic-scsynth-samples` are, read off their file names. */
export interface Family {
  /** The word an answer uses. */
  readonly name: string
  /** Other words for it that a person may use; they count as well. */
  readonly synonyms: readonly string[]
  readonly files: RegExp
  /** One stroke of it is a single short sound, so that strokes can be repeated and counted. */
  readonly isHit: boolean
}

/**
 * Left out, because there are too few to learn from and to test on: toms, basses and guitars, eight recordings a family and fewer. Left out,
 * because a fair answer could name something else: doors, vinyl, a crow; noises that are no instrument (`glitch_perc`, `tbd_perc_tap`,
 * `loop_3d_printer`); `loop_tabla`, which is a loop as well as a tabla; and two textures named as loops (`loop_weirdo`, `tbd_fxbed_loop`).
 */
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
    synonyms: ['drum beat', 'loop'],
    files: /^(arovane_beat_|loop_(amen|breakbeat|compus|electric|garzul|industrial|mehackit|mika|perc|safari))/,
    isHit: false,
  },
  {
    name: 'kick',
    synonyms: [],
    files: /^(bd_|drum_bass_|drum_heavy_kick|elec_(hollow|soft)_kick)/,
    isHit: true,
  },
  { name: 'pad', synonyms: ['ambience', 'drone'], files: /^(ambi_|tbd_pad_|loop_drone_)/, isHit: false },
  {
    name: 'bell',
    synonyms: ['chime', 'beep', 'blip'],
    files: /^(perc_bell|drum_cowbell|elec_(beep|bell|blip|chime|ping|plip|pop|triangle|twip)|tbd_perc_blip)/,
    isHit: true,
  },
  { name: 'robot', synonyms: ['phone'], files: /^(mehackit_(robot|phone)|glitch_robot)/, isHit: false },
  { name: 'snare', synonyms: [], files: /^(sn_|drum_snare_|elec_(filt_|hi_|lo_|mid_)?snare)/, isHit: true },
]

/** Index into `FAMILIES`, or null for a recording that is none of them. */
export function familyOf(file: string): number | null {
  const found = FAMILIES.findIndex(({ files }) => files.test(file))
  return found < 0 ? null : found
}

/** Recordings that hold more than one stroke each (a rise of 6 dB or more after the first); theirs are not counted. */
const SEVERAL_STROKES = /^(bd_mehackit|bd_zome|drum_bass_hard|drum_heavy_kick|drum_splash_soft|elec_plip|elec_wood)\./

/** Whether strokes of this recording can be counted. */
export const isCountable = (file: string): boolean =>
  FAMILIES[familyOf(file) ?? -1]?.isHit === true && !SEVERAL_STROKES.test(file)

/**
 * Recordings of one source, one pattern a source: another take of the same drum or stroke, or the same take with an effect on it. (Log-mels of
 * their first second correlate by 0.91 to 0.99; the robots and the two amen breaks, where the effect is strong, by 0.77 to 0.86.)
 */
const TWINS: readonly RegExp[] = [
  /^drum_bass_/,
  /^drum_cymbal_(hard|soft)/,
  /^drum_snare_/,
  /^drum_splash_/,
  /^drum_tom_hi_/,
  /^drum_tom_lo_/,
  /^drum_tom_mid_/,
  /^elec_blip/,
  /^bass_voxy_/,
  /^tabla_(dhec|re)/,
  /^tabla_ghe/,
  /^tabla_ke/,
  /^tabla_na/,
  /^tabla_tas/,
  /^tabla_te/,
  /^tabla_tun/,
  /^tbd_pad_/,
  /^loop_amen/,
  /^(glitch_robot1|mehackit_robot2)/,
  /^(glitch_robot2|mehackit_robot1)/,
]

/** Names the source of a recording; twins share it and must not be split between training and held-out. */
export const sourceOf = (file: string): string => TWINS.find((twins) => twins.test(file))?.source ?? file
