"""One GRPO step with TRL's GRPOTrainer: rollout, reward, update.

job: folder, prompts (texts), group, newTokens, threads, learningRate. Every answer has exactly `newTokens` tokens. The
trainer's own loop runs; a callback waits before each step until one is asked for, so that only the step is timed.
"""

import tempfile
import time

import torch
import transformers
from datasets import Dataset
from peer import job, peak_bytes, reply, wait
from trl import GRPOConfig, GRPOTrainer

torch.set_num_threads(job["threads"])
transformers.logging.set_verbosity_error()
tokenizer = transformers.AutoTokenizer.from_pretrained(job["folder"], padding_side="left")
tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
model = transformers.AutoModelForCausalLM.from_pretrained(job["folder"], dtype=torch.float32)
prompts, group, new = job["prompts"], job["group"], job["newTokens"]
if job["lora"]:
    from peft import LoraConfig

    linears = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
    adapter = LoraConfig(r=job["lora"], lora_alpha=2 * job["lora"], target_modules=linears)
else:
    adapter = None

told = {}


def distinct(completions, completion_ids, **_) -> list[float]:
    """Share of different tokens: any reward that differs between answers makes the same work."""
    told.update(nTokens=sum(map(len, completion_ids)))
    return [len(set(ids)) / max(1, len(ids)) for ids in completion_ids]


class Turns(transformers.TrainerCallback):
    """Waits before a step and tells its time behind it."""

    def on_train_begin(self, args, state, control, **_):
        reply(ready=True)
        self.begin(control)

    def on_step_end(self, args, state, control, **_):
        reply(ms=1000 * (time.perf_counter() - self.started), peakBytes=peak_bytes(), **told)
        self.begin(control)

    def begin(self, control):
        if not wait():
            control.should_training_stop = True
        self.started = time.perf_counter()


with tempfile.TemporaryDirectory() as out:
    config = GRPOConfig(
        output_dir=out,
        use_cpu=True,
        bf16=False,
        gradient_checkpointing=False,
        per_device_train_batch_size=len(prompts) * group,
        gradient_accumulation_steps=1,
        num_generations=group,
        max_completion_length=new,
        generation_kwargs=dict(min_new_tokens=new),
        temperature=1.0,
        top_p=1.0,
        top_k=0,
        beta=0.0,
        learning_rate=job["learningRate"],
        lr_scheduler_type="constant",
        optim="adamw_torch_fused",
        max_grad_norm=1.0,
        max_steps=10_000,
        logging_strategy="no",
        save_strategy="no",
        report_to=[],
        disable_tqdm=True,
        shuffle_dataset=False,
    )
    trainer = GRPOTrainer(
        model=model,
        reward_funcs=distinct,
        args=config,
        train_dataset=Dataset.from_list([dict(prompt=prompt) for prompt in prompts]),
        processing_class=tokenizer,
        peft_config=adapter,
        callbacks=[Turns()],
    )
    trainer.train()
