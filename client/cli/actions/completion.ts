import type { Command } from '@commander-js/extra-typings';
import { usageError } from '../../errors.ts';
import { printJson } from '../output.ts';
import type { OutputOptions } from '../output.ts';

/** Prints a script that completes nouns, verbs and options. */
export function completion(program: Command, shell: string, options: OutputOptions): void {
  if (shell !== 'bash' && shell !== 'zsh') throw usageError(`There is no completion for ${shell}.`, 'Use bash or zsh.');
  const lines = describe(program, []).map(([path, words]) => `    '${path}') words='${words}' ;;`);
  const prelude = shell === 'zsh' ? 'autoload -U +X bashcompinit && bashcompinit\n' : '';
  const script = `${prelude}_bcsource() {
  local path='' word words=''
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) path="\${path:+$path }$word" ;; esac
  done
  case "$(printf '%s' "$path" | cut -d' ' -f1-2)" in
${lines.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _bcsource bcsource
`;
  if (options.json) printJson({ shell, script });
  else process.stdout.write(script);
}

interface Described {
  name(): string;
  commands: readonly Described[];
  options: readonly { long?: string | undefined }[];
}

function describe(command: Described, path: string[]): [string, string][] {
  const words = [
    ...command.commands.map((child) => child.name()),
    ...command.options.map((option) => option.long ?? '').filter(Boolean),
  ];
  const own: [string, string] = [path.join(' '), words.join(' ')];
  return [own, ...command.commands.flatMap((child) => describe(child, [...path, child.name()]))];
}
