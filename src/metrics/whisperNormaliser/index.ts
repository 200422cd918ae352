export { normaliseBasic } from './basic.ts'
export { normaliseEnglish } from './english.ts'
