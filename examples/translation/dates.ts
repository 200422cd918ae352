import type { Rubric } from '../../rubrics/index.ts'

/** A spoken date, its translation, and what a good one says. */
export interface SpokenDate {
  /** From 0, Sunday. */
  readonly weekday: number
  /** 1 to 20. */
  readonly day: number
  /** From 0, January. */
  readonly month: number
}

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']
const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
]
const DAYS = [
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve',
  'thirteen',
  'fourteen',
  'fifteen',
  'sixteen',
  'seventeen',
  'eighteen',
  'nineteen',
  'twenty',
]

/** Every date of a weekday, a day up to the twentieth and a month. */
export const allDates = (): SpokenDate[] =>
  WEEKDAYS.flatMap((_, weekday) =>
    MONTHS.flatMap((_, month) => DAYS.map((_, i): SpokenDate => ({ weekday, day: i + 1, month }))),
  )

/** Every word of a date: the name of its recording, and what it is in English. */
export const allWords = (): [string, string][] => [
  ...WEEKDAYS.map((word, i): [string, string] => [`day-${i}`, word]),
  ...DAYS.map((word, i): [string, string] => [`${i + 1}`, word]),
  ...MONTHS.map((word, i): [string, string] => [`mon-${i}`, word]),
]

/** Names of the recordings within Asterisk's `digits`, in the order in which Spanish, French and Italian say them. */
export const recordingsOf = ({ weekday, day, month }: SpokenDate): string[] => [
  `day-${weekday}`,
  `${day}`,
  `mon-${month}`,
]

/** The words of a date as English says them: the month before the day. */
const wordsOf = ({ weekday, day, month }: SpokenDate) => ({
  weekday: WEEKDAYS[weekday]!,
  month: MONTHS[month]!,
  day: DAYS[day - 1]!,
})

/** `tuesday march fifteen`. */
export function translationOf(date: SpokenDate): string {
  const { weekday, month, day } = wordsOf(date)
  return `${weekday} ${month} ${day}`
}

/** Every word of the date, no other weekday or month, and in the order of English. */
export function rubricOf(date: SpokenDate): Rubric {
  const own = wordsOf(date)
  const names = (id: keyof typeof own) => ({
    id,
    criterion: `Says ${own[id]}.`,
    points: 2,
    verify: { kind: 'contains' as const, any_of: [own[id]], plural: false },
  })
  return {
    name: 'spoken-date',
    criteria: [
      names('weekday'),
      names('month'),
      names('day'),
      {
        id: 'order',
        criterion: 'Says all of it in the order of English: weekday, month, day.',
        points: 2,
        verify: { kind: 'exact', any_of: [translationOf(date)], strict: false },
      },
      {
        id: 'another',
        criterion: 'Names another weekday or month.',
        points: -2,
        verify: {
          kind: 'contains',
          any_of: [...WEEKDAYS, ...MONTHS].filter((word) => word !== own.weekday && word !== own.month),
          plural: false,
        },
      },
    ],
  }
}
