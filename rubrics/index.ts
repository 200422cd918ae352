export { type Aggregate, aggregateByTag, aggregateScores, scoreByTag } from './aggregate.ts'
export { describeVerifiers } from './describe.ts'
export { libraryExamples, parseExamples, type RubricExample } from './examples.ts'
export { type HealthBenchExample, parseHealthBench, stringifyHealthBench } from './healthBench.ts'
export { unknownName } from './issueLine.ts'
export { libraryRubrics, loadRubric } from './library.ts'
export { describeLint, type LintFinding, type LintOptions, type LintRule, lintRubric, lintRules } from './lint/index.ts'
export { extractAnswer } from './math/extractAnswer.ts'
export { type MathEqualOptions, type MathMatch, mathEqual, mathMatch } from './math/mathEqual.ts'
export type { Random } from './random.ts'
export { type Checked, checkValue, checkYaml, pathText } from './readable.ts'
export { RubricError } from './rubricError.ts'
export { type Rule, ruleOf } from './rules.ts'
export {
  drawScaffold,
  groupFactor,
  nShown,
  type ScaffoldOptions,
  scaffoldRatio,
  scaffoldSchema,
  stepFactor,
} from './scaffold.ts'
export { renderScaffold } from './scaffoldText.ts'
export {
  type Criterion,
  checkRubric,
  criterionId,
  parseRubric,
  type Rubric,
  rubricSchema,
  stringifyRubric,
} from './schema.ts'
export { type Score, scoreVerdicts } from './score.ts'
export { type VerifySpec, verifySchema } from './verifiers/index.ts'
export type { Answer, Finding, MeasuredValue } from './verifiers/verifier.ts'
export { type Verdict, verifyCriterion } from './verify.ts'
