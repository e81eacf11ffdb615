/**
 * What a shell reads to complete the words of `stack`. Each asks `stack complete -- WORD ...` at the moment, which
 * prints a line `word<TAB>meaning` for each candidate; where there is none, the shell completes files. No typed word
 * is evaluated: a `$(...)` on the command line is not run by a press of Tab.
 */
export const COMPLETION_SCRIPTS = {
  bash: `# Completion of stack for bash. In ~/.bashrc: eval "$(stack completion bash)"
_stack() {
  local line words current prefix="" word
  line=\${COMP_LINE:0:COMP_POINT}
  read -ra words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=("")
  current=\${words[\${#words[@]} - 1]}
  # Readline completes only what follows the last "=" of a word.
  [[ $current == *=* && $COMP_WORDBREAKS == *=* ]] && prefix=\${current%=*}=
  COMPREPLY=()
  while IFS=$'\\t' read -r word _; do
    COMPREPLY+=("\${word#"$prefix"}")
  done < <(stack complete -- "\${words[@]:1}" 2>/dev/null)
  [[ \${#COMPREPLY[@]} == 1 && \${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
}
complete -o default -F _stack stack
`,
  zsh: `#compdef stack
# Completion of stack for zsh. In ~/.zshrc, after compinit: eval "$(stack completion zsh)"
_stack() {
  local line word meaning
  local -a described open
  for line in "\${(@f)$(stack complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ -z $line ]] && continue
    word=\${line%%$'\\t'*}
    meaning=\${line#*$'\\t'}
    if [[ $word == *= ]]; then open+=("$word"); else described+=("\${word//:/\\\\:}\${meaning:+:$meaning}"); fi
  done
  if (( \${#described} + \${#open} == 0 )); then
    # What follows the "=" of a flag or a report is a file.
    compset -P '*='
    _files
    return
  fi
  (( \${#open} )) && compadd -S '' -a open
  (( \${#described} )) && _describe 'stack' described
}
compdef _stack stack
`,
  fish: `# Completion of stack for fish. Once: stack completion fish > ~/.config/fish/completions/stack.fish
function __stack_complete
  set -l words (commandline -opc)
  set -l candidates (stack complete -- $words[2..-1] (commandline -ct) 2>/dev/null)
  if test (count $candidates) -eq 0
    __fish_complete_path (commandline -ct)
  else
    printf '%s\\n' $candidates
  end
end
complete -c stack -f -a '(__stack_complete)'
`,
} as const;

/** A shell whose words can be completed. */
export type Shell = keyof typeof COMPLETION_SCRIPTS;

/** Every {@link Shell}. */
export const SHELLS = Object.keys(COMPLETION_SCRIPTS) as Shell[];
