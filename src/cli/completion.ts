// What a shell completes, read from the table of commands. Each renderer makes one script that needs nothing but the shell.
import type { Command, CommandTree } from "./command.ts";
import { flagName } from "./options.ts";

export type Shell = "bash" | "zsh" | "fish";
export const SHELLS: readonly Shell[] = ["bash", "zsh", "fish"];

interface Candidate {
  readonly word: string;
  readonly summary: string;
}

/** A place in the command tree: "" is the root, "runs" a group, "runs list" a command. */
interface Place {
  readonly name: string;
  readonly verbs: readonly Candidate[];
  readonly flags: readonly (Candidate & { readonly takesValue: boolean; readonly choices: readonly string[] })[];
  readonly argumentChoices: readonly string[];
}

/** The completion script for a shell. */
export function renderCompletion(shell: Shell, tree: CommandTree): string {
  const places = listPlaces(tree);
  return shell === "fish" ? renderFish(places) : renderCaseScript(shell, places);
}

function listPlaces({ commands, groups }: CommandTree): readonly Place[] {
  const firsts = [...new Set(commands.map((command) => command.name.split(" ")[0]!))];
  const singles = new Map(commands.map((command) => [command.name, command]));
  const root = firsts.map((word) => ({ word, summary: singles.get(word)?.summary ?? groups[word] ?? "" }));
  const rootFlags = [plainFlag("--help", "show help"), plainFlag("--version", "show the version")];
  const verbsOf = (group: string) => commands.filter((command) => command.name.startsWith(`${group} `)).map((command) => ({ word: command.name.slice(group.length + 1), summary: command.summary }));
  const groupPlaces = firsts.filter((word) => !singles.has(word)).map((group) => ({
    name: group,
    verbs: verbsOf(group),
    flags: [plainFlag("--help", "show help")],
    argumentChoices: [],
  }));
  return [{ name: "", verbs: root, flags: rootFlags, argumentChoices: [] }, ...groupPlaces, ...commands.map((command) => ({ ...placeOfCommand(command), verbs: verbsOf(command.name) }))];
}

function placeOfCommand(command: Command): Place {
  const options = Object.entries(command.options).map(([key, option]) => ({
    word: `--${flagName(key)}`,
    summary: option.summary,
    takesValue: option.shape !== "flag",
    choices: option.choices ?? [],
  }));
  const flags = [...options, plainFlag("--json", "print one JSON document"), plainFlag("--help", "show help")];
  return { name: command.name, verbs: [], flags, argumentChoices: Object.values(command.arguments).flatMap((argument) => argument.choices ?? []) };
}

function plainFlag(word: string, summary: string) {
  return { word, summary, takesValue: false, choices: [] };
}

/** bash and zsh: the words so far give the place, the place gives the candidates, and a value without choices is a file. */
function renderCaseScript(shell: "bash" | "zsh", places: readonly Place[]): string {
  const steps = places.filter((place) => place.name !== "").map((place) => quote(place.name));
  const offer = (words: readonly string[]) => (shell === "bash" ? `COMPREPLY=($(compgen -W ${quote(words.join(" "))} -- "$current"))` : `compadd -- ${words.map(quote).join(" ")}`);
  const files = shell === "bash" ? "return" : "_files; return";
  const values = places.flatMap((place) =>
    place.flags
      .filter((flag) => flag.takesValue)
      .map((flag) => `    ${quote(`${place.name} ${flag.word}`)}) ${flag.choices.length > 0 ? `${offer(flag.choices)}; return` : files} ;;`),
  );
  const words = places.map((place) => `    ${quote(place.name)}) ${offer([...place.verbs, ...place.flags].map((candidate) => candidate.word).concat(place.argumentChoices))} ;;`);
  const [setup, typed, previous, end] =
    shell === "bash"
      ? ['  local current="${COMP_WORDS[COMP_CWORD]}"', '"${COMP_WORDS[@]:1:COMP_CWORD-1}"', '"${COMP_WORDS[COMP_CWORD-1]}"', "complete -o default -F _tunesmith tunesmith"]
      : ["", '"${(@)words[2,CURRENT-1]}"', '"${words[CURRENT-1]}"', "compdef _tunesmith tunesmith"];
  return [
    ...(shell === "zsh" ? ["#compdef tunesmith"] : []),
    "_tunesmith() {",
    '  local place="" word',
    ...(setup === "" ? [] : [setup]),
    `  for word in ${typed}; do`,
    '    case "${place:+$place }$word" in',
    `      ${steps.join("|")}) place="\${place:+$place }$word" ;;`,
    "    esac",
    "  done",
    `  case "$place "${previous} in`,
    ...values,
    "  esac",
    '  case "$place" in',
    ...words,
    "  esac",
    ...(shell === "zsh" ? ['  [[ "$place" == "" ]] || _files'] : []),
    "}",
    end,
    "",
  ].join("\n");
}

function renderFish(places: readonly Place[]): string {
  const names = places.filter((place) => place.name !== "").map((place) => quote(place.name));
  const lines = places.flatMap((place) => {
    const here = `complete -c tunesmith -n ${quote(`__tunesmith_at ${quote(place.name).replaceAll("'", '"')}`)}`;
    return [
      ...place.verbs.map((verb) => `${here} -f -a ${quote(verb.word)} -d ${quote(verb.summary)}`),
      ...place.flags.map((flag) => {
        const value = flag.choices.length > 0 ? ` -x -a ${quote(flag.choices.join(" "))}` : flag.takesValue ? " -r -F" : "";
        return `${here} -l ${flag.word.slice(2)}${value} -d ${quote(flag.summary)}`;
      }),
      ...(place.argumentChoices.length > 0 ? [`${here} -f -a ${quote(place.argumentChoices.join(" "))}`] : []),
    ];
  });
  return [
    "function __tunesmith_at",
    "  set -l place",
    "  for word in (commandline -opc)[2..-1]",
    '    set -l next (string trim "$place $word")',
    `    contains -- $next ${names.join(" ")}; and set place $next`,
    "  end",
    '  test "$place" = "$argv[1]"',
    "end",
    ...lines,
    "",
  ].join("\n");
}

/** Single quotes, for a shell. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
