import { audioCaps, clotho } from './captions.ts'
import { commonVoice } from './commonVoice.ts'
import type { Importer } from './importer.ts'
import { libriSpeech } from './libriSpeech.ts'
import { msSwift } from './msSwift.ts'
import { r1Aqa } from './r1Aqa.ts'
import { wordTimes } from './wordTimes.ts'

/** Every format; a new one is one file and one word here. The first that a file looks like reads it. */
export const importers: readonly Importer[] = [commonVoice, libriSpeech, audioCaps, clotho, r1Aqa, msSwift, wordTimes]
