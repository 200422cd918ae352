/** A source of uniform numbers in [0, 1); passed in, so that every draw is the caller's to seed. */
export type Random = () => number
