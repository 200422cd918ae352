/** What a person watches while a stage runs. */
export function shownValues({ loss, reward, reward_std, ...metrics }: Record<string, number>): Record<string, number> {
  if (reward !== undefined) {
    const { 'scaffold/ratio': scaffold, 'completions/mean_length': length } = metrics
    return { reward, 'reward/std': reward_std!, scaffold: scaffold!, length: length! }
  }
  const accuracy = metrics['rewards/accuracies'] ?? metrics.accuracy // of pairs, or of a reward model's
  return { loss: loss!, ...(accuracy !== undefined && { accuracy }) }
}
