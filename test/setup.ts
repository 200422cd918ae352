import fc from 'fast-check'

// A suite that draws other cases on every run fails on a change that is innocent. PROPERTY_SEED looks further.
fc.configureGlobal({ seed: Number(process.env.PROPERTY_SEED ?? 1) })
