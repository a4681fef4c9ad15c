# One session of a client with a hub (`python session.py hub|cli|transformers|datasets`), as people use it. HF_ENDPOINT and HF_TOKEN say where
# and who. Prints the versions it used; ends with 3 when a library is not installed, with 1 when something is not as it should be.
import importlib.metadata
import os
import subprocess
import sys
import tempfile
from pathlib import Path

NAME = "matrix-" + os.urandom(4).hex()
LARGE = os.urandom(3_000_000)


def versions(*names):
    try:
        print(" ".join(f"{name} {importlib.metadata.version(name)}" for name in names))
    except importlib.metadata.PackageNotFoundError as missing:
        print(f"{missing.name} is not installed")
        sys.exit(3)


def hub():
    versions("huggingface_hub", "hf_xet")
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi, hf_hub_download, snapshot_download
    from huggingface_hub.errors import HfHubHTTPError

    api = HfApi()
    repo = api.create_repo(NAME, exist_ok=True).repo_id
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "sub").mkdir()
        (Path(folder) / "sub" / "model.safetensors").write_bytes(LARGE)
        (Path(folder) / "config.json").write_text("{}")
        api.upload_folder(repo_id=repo, folder_path=folder)
    first = api.model_info(repo).sha
    api.create_tag(repo, tag="v1.0", tag_message="accuracy 0.9")
    api.create_commit(repo, [CommitOperationAdd("config.json", b'{"two": 2}'), CommitOperationDelete("sub/", is_folder=True)], commit_message="two", parent_commit=first)
    try:
        api.create_commit(repo, [CommitOperationAdd("config.json", b"{}")], commit_message="late", parent_commit=first)
        raise AssertionError("a commit on an old parent was taken")
    except HfHubHTTPError as refused:
        assert refused.response.status_code == 412, refused
    with tempfile.TemporaryDirectory() as cache:
        folder = Path(snapshot_download(repo, revision="v1.0", cache_dir=cache))
        assert (folder / "sub" / "model.safetensors").read_bytes() == LARGE
        assert Path(hf_hub_download(repo, "config.json", cache_dir=cache)).read_text() == '{"two": 2}'
    assert sorted(api.list_repo_files(repo)) == [".gitattributes", "config.json"]
    api.create_branch(repo, branch="dev", revision="v1.0")
    pull = api.upload_file(repo_id=repo, path_in_repo="a.txt", path_or_fileobj=b"a", create_pr=True)
    api.merge_pull_request(repo, pull.pr_num)
    assert api.file_exists(repo, "a.txt")
    assert [ref.name for ref in api.list_repo_refs(repo).tags] == ["v1.0"]
    assert len(api.list_repo_commits(repo)) == 4
    api.delete_repo(repo)


def cli():
    versions("huggingface_hub", "hf_xet")
    from huggingface_hub import whoami

    repo = f"{whoami()['name']}/{NAME}"
    program = str(Path(sys.executable).parent / "hf")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "weights.bin").write_bytes(LARGE)
        (Path(folder) / "README.md").write_text("---\nlicense: mit\n---\n# Hi\n")
        subprocess.run([program, "upload", repo, folder, "."], check=True, capture_output=True)
        subprocess.run([program, "download", repo, "--local-dir", f"{folder}/back"], check=True, capture_output=True)
        assert (Path(folder) / "back" / "weights.bin").read_bytes() == LARGE


def transformers():
    versions("transformers", "torch", "huggingface_hub")
    import torch
    from huggingface_hub import HfApi
    from torch.utils.data import Dataset
    from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM, Trainer, TrainingArguments

    api = HfApi()
    owner = api.whoami()["name"]
    config = LlamaConfig(vocab_size=64, hidden_size=16, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2)
    model = LlamaForCausalLM(config)
    model.push_to_hub(NAME)
    api.create_tag(f"{owner}/{NAME}", tag="v1.0")
    before = {name: value.clone() for name, value in model.state_dict().items()}

    class Rows(Dataset):
        def __len__(self):
            return 4

        def __getitem__(self, index):
            ids = torch.arange(8) + index
            return {"input_ids": ids, "labels": ids}

    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(folder, push_to_hub=True, hub_model_id=NAME, max_steps=2, save_steps=1, per_device_train_batch_size=2, report_to=[], use_cpu=True)
        trainer = Trainer(model=model, args=arguments, train_dataset=Rows())
        trainer.train()
        trainer.push_to_hub()
    released = AutoModelForCausalLM.from_pretrained(f"{owner}/{NAME}", revision="v1.0").state_dict()
    assert all(torch.equal(value, released[name]) for name, value in before.items())
    newest = AutoModelForCausalLM.from_pretrained(f"{owner}/{NAME}").state_dict()
    assert any(not torch.equal(value, newest[name]) for name, value in before.items())
    assert "README.md" in api.list_repo_files(f"{owner}/{NAME}")


def datasets():
    versions("datasets", "huggingface_hub")
    from datasets import Dataset, load_dataset
    from huggingface_hub import whoami

    repo = f"{whoami()['name']}/{NAME}"
    rows = Dataset.from_dict({"text": [f"row {index}" for index in range(1000)]})
    rows.push_to_hub(repo, split="train")
    rows.select(range(10)).push_to_hub(repo, split="test")
    loaded = load_dataset(repo)
    assert loaded["train"]["text"][:] == rows["text"][:] and len(loaded["test"]) == 10
    assert sum(1 for _ in load_dataset(repo, split="test", streaming=True)) == 10


{"hub": hub, "cli": cli, "transformers": transformers, "datasets": datasets}[sys.argv[1]]()
