// What a new repository keeps as large files (https://huggingface.co/docs/hub/repositories-getting-started).

const ALWAYS = ["*.7z", "*.arrow", "*.bin", "*.bz2", "*.ckpt", "*.ftz", "*.gguf", "*.gz", "*.h5", "*.joblib", "*.lfs.*", "*.mlmodel", "*.model", "*.msgpack", "*.npy", "*.npz", "*.onnx", "*.ot", "*.parquet", "*.pb", "*.pickle", "*.pkl", "*.pt", "*.pth", "*.rar", "*.safetensors", "saved_model/**/*", "*.tar.*", "*.tar", "*.tflite", "*.tgz", "*.wasm", "*.xz", "*.zip", "*.zst", "*tfevents*"];
const DATASETS = ["*.lz4", "*.mds", "*.pcm", "*.sam", "*.raw", "*.aac", "*.flac", "*.mp3", "*.ogg", "*.wav", "*.bmp", "*.gif", "*.png", "*.tiff", "*.jpg", "*.jpeg", "*.webp", "*.mp4", "*.webm"];

/** The .gitattributes of a new repository. */
export function newAttributes(kind: "model" | "dataset" | "space"): string {
  return [...ALWAYS, ...(kind === "dataset" ? DATASETS : [])].map((pattern) => `${pattern} filter=lfs diff=lfs merge=lfs -text\n`).join("");
}
