/** A text as a pattern that matches it. With Unicode rules only what has a meaning may be escaped. */
export const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&')
