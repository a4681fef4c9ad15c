"""The PyTorch + PEFT peer of the training bench: LoRA on every linear layer of a Llama, on the CPU, on made-up tokens.

    python bench/torch/lora.py --model <Hugging Face directory | config.json> --batch 4 --length 128 --steps 8 --threads 2 --dtype f32

A config file gives a model of random weights (seed 0). Needs torch, transformers, peft. Prints one JSON object:
tokens_per_s (batch * length / median step time after warm-up), tokens_per_cpu_s (the same by the CPU time of all threads, fair on a busy
machine when --threads is 1), step_ms[], loss[], peak_rss_bytes of the whole process.
Token i of the batch, row by row, is (i * 7919 + 13) % vocabulary; all tokens are supervised; every step sees the same batch.
A step is forward, backward, gradient clipping and AdamW, as in the TypeScript bench.
"""

import argparse
import json
import os
import resource
import statistics
import sys
import time


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="Hugging Face directory, or a config.json for random weights")
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--length", type=int, default=128)
    parser.add_argument("--steps", type=int, default=8, help="measured steps")
    parser.add_argument("--warmup", type=int, default=2, help="steps before them that are not measured")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--dtype", choices=["f32", "bf16"], default="f32", help="of the frozen weights; the LoRA factors are always f32")
    parser.add_argument("--adapter", help="PEFT directory to start from; without it PEFT draws one of --rank and --alpha")
    parser.add_argument("--rank", type=int, default=16)
    parser.add_argument("--alpha", type=float, default=16)
    parser.add_argument("--learning-rate", type=float, default=2e-4)
    parser.add_argument("--checkpointing", action="store_true", help="recompute activations layer by layer")
    return parser.parse_args()


def load_model(path, dtype):
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    if os.path.isdir(path):
        return LlamaForCausalLM.from_pretrained(path, dtype=dtype, attn_implementation="sdpa")
    torch.manual_seed(0)
    config = LlamaConfig.from_json_file(path)
    config._attn_implementation = "sdpa"
    return LlamaForCausalLM(config).to(dtype)


def main():
    options = parse_arguments()
    os.environ["OMP_NUM_THREADS"] = str(options.threads)
    import peft
    import torch
    import transformers

    transformers.utils.logging.disable_progress_bar()
    torch.set_num_threads(options.threads)
    base = load_model(options.model, {"f32": torch.float32, "bf16": torch.bfloat16}[options.dtype])
    base.config.use_cache = False
    if options.checkpointing:
        base.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
        base.enable_input_require_grads()
    torch.manual_seed(0)
    lora = peft.LoraConfig(r=options.rank, lora_alpha=options.alpha, lora_dropout=0.0, target_modules="all-linear", bias="none", task_type="CAUSAL_LM")
    model = (peft.PeftModel.from_pretrained(base, options.adapter, is_trainable=True) if options.adapter else peft.get_peft_model(base, lora)).train()
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=options.learning_rate, weight_decay=0.0)

    count = options.batch * options.length
    ids = ((torch.arange(count, dtype=torch.int64) * 7919 + 13) % base.config.vocab_size).view(options.batch, options.length)
    step_ms, cpu_ms, losses = [], [], []
    for _ in range(options.warmup + options.steps):
        start, cpu_start = time.perf_counter(), time.process_time()
        optimizer.zero_grad(set_to_none=True)
        loss = model(input_ids=ids, labels=ids).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        step_ms.append((time.perf_counter() - start) * 1000)
        cpu_ms.append((time.process_time() - cpu_start) * 1000)
        losses.append(loss.item())

    measured = step_ms[options.warmup :]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    report = {
        "peer": f"torch {torch.__version__} + peft {peft.__version__} + transformers {transformers.__version__}",
        "dtype": options.dtype,
        "threads": options.threads,
        "batch": options.batch,
        "length": options.length,
        "rank": options.rank,
        "checkpointing": options.checkpointing,
        "parameters": sum(parameter.numel() for parameter in base.parameters()) - sum(parameter.numel() for parameter in trained),
        "trained_parameters": sum(parameter.numel() for parameter in trained),
        "tokens_per_s": count / (statistics.median(measured) / 1000),
        "tokens_per_cpu_s": count / (statistics.median(cpu_ms[options.warmup :]) / 1000),
        "step_ms": measured,
        "loss": losses,
        "peak_rss_bytes": peak if sys.platform == "darwin" else peak * 1024,
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
