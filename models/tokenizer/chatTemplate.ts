/**
 * Qwen2-Audio's chat template (ChatML; each audio part becomes a numbered line, counted over the whole conversation).
 * Its template puts a default system turn first when there is none; ours does so only when `defaultSystem` is given,
 * since a turn that every prompt shares teaches a small model nothing.
 */
export function chatTemplate(defaultSystem?: string): string {
  const system =
    defaultSystem === undefined
      ? ''
      : `{% if loop.first and message['role'] != 'system' %}<|im_start|>system\n{{ ${JSON.stringify(defaultSystem)} }}<|im_end|>\n{% endif %}`
  return [
    '{% set audio_count = namespace(value=0) %}{% for message in messages %}',
    system,
    "<|im_start|>{{ message['role'] }}\n",
    "{% if message['content'] is string %}{{ message['content'] }}{% else %}",
    "{% for content in message['content'] %}{% if content['type'] == 'audio' %}",
    '{% set audio_count.value = audio_count.value + 1 %}',
    'Audio {{ audio_count.value }}: <|audio_bos|><|AUDIO|><|audio_eos|>\n',
    "{% elif 'text' in content %}{{ content['text'] }}{% endif %}{% endfor %}{% endif %}<|im_end|>\n{% endfor %}",
    '{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}',
  ].join('')
}
