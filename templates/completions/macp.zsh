#compdef macp mosaic-macp
# Completions of macp for zsh. To use them: eval "$(macp completions zsh)" after compinit,
# or write them to a file _macp in a folder of fpath.

_macp() {
  local -a typed lines shown values
  local program=${~words[1]} answer directive line word about
  (( $+commands[$program] )) || [[ -x $program ]] || program=macp
  # The word at the cursor as far as it is typed; quotes taken off.
  typed=("${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}")
  answer=$("$program" __complete "${typed[@]}" 2>/dev/null) || return 1
  lines=("${(@f)answer}")
  directive=$lines[-1]
  lines[-1]=()
  if [[ $directive == :files || $directive == :folders ]]; then
    [[ $PREFIX == --*=* ]] && compset -P '*='
    [[ $directive == :folders ]] && { _files -/; return }
    _files
    return
  fi
  for line in "${lines[@]}"; do
    [[ -n $line ]] || continue
    word=${line%%$'\t'*} about=${line#*$'\t'}
    word=${${word//\\/\\\\}//:/\\:}
    shown+=("$word${about:+:$about}")
  done
  (( $#shown )) || return 1
  local -a after
  [[ $directive == :open ]] && after=(-S '')
  _describe -V 'macp' shown "${after[@]}"
}

# As a file of fpath it is called to complete; otherwise it is told to the shell.
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _macp "$@"
else
  compdef _macp macp mosaic-macp
fi
