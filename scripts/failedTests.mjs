// Prints the failed tests of vitest's JSON reports, each with its message: node scripts/failedTests.mjs FILE...
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

for (const file of process.argv.slice(2).filter(existsSync)) {
  for (const suite of JSON.parse(readFileSync(file, 'utf8')).testResults) {
    const name = path.relative(process.cwd(), suite.name)
    const failed = suite.assertionResults.filter(({ status }) => status === 'failed')
    for (const { fullName, failureMessages } of failed)
      console.log(`\nFAILED ${name} > ${fullName}\n${failureMessages.join('\n').slice(0, 1500)}`)
    if (suite.status === 'failed' && failed.length === 0)
      console.log(`\nFAILED ${name}\n${suite.message.slice(0, 1500)}`)
  }
}
