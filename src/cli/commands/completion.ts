import { defineCommand } from "../command.ts";
import { renderCompletion, SHELLS } from "../completion.ts";
import { choice, required } from "../options.ts";

/** `tunesmith completion <shell>` */
export const completion = defineCommand({
  name: "completion",
  summary: "Print the completion script for a shell",
  arguments: { shell: required(choice(SHELLS, "the shell you type in")) },
  examples: ["completion bash > ~/.local/share/bash-completion/completions/tunesmith", "completion fish > ~/.config/fish/completions/tunesmith.fish"],
  run({ arguments: { shell }, print, tree }) {
    const script = renderCompletion(shell, tree);
    print.piece(script);
    return { shell, script };
  },
});
