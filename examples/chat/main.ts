/**
 * Voice chat and audio analysis in one model, `npx tsx examples/chat/main.ts`: makes conversations of recorded sounds and
 * synthesised speech, trains a small model on both modes, and prints how each was learnt. A few minutes on one core;
 * everything is kept in `runs/chat`. `--resume` goes on with a run that was stopped.
 */
import path from 'node:path'
import { trainAndTell } from '../beforeAndAfter.ts'
import { CONVERSATIONS, makeConversations } from './makeConversations.ts'
import { confusedGroup } from './rubric.ts'

process.chdir(path.join(import.meta.dirname, '..', '..'))
console.error('conversations of recorded sounds and synthesised speech')
await makeConversations({ outDir: path.join('data', 'chat'), ...CONVERSATIONS })
await trainAndTell('chat', path.join('examples', 'chat', 'recipe.yaml'), process.argv.slice(2), [
  confusedGroup('audio-analysis', 'voice-chat'),
  confusedGroup('voice-chat', 'audio-analysis'),
])
