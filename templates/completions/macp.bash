# Completions of macp for bash. To use them: eval "$(macp completions bash)"

_macp() {
  # Bash splits words at = and :, too; here they are put together again.
  local line=${COMP_LINE:0:COMP_POINT} word words=() rest at joined=
  rest=$line
  for ((at = 0; at <= COMP_CWORD; at++)); do
    word=${COMP_WORDS[at]}
    if ((at == COMP_CWORD)); then
      # Of the word at the cursor what stands before the cursor.
      word=${rest#"${rest%%[![:space:]]*}"}
    fi
    if ((at > 0)) && [[ $rest != [[:space:]]* && -n $rest ]]; then
      words[${#words[@]} - 1]+=$word
    else
      rest=${rest#"${rest%%[![:space:]]*}"}
      words+=("$word")
    fi
    rest=${rest#"$word"}
  done

  local last=$((${#words[@]} - 1)) quote=
  case ${words[last]} in
    \"* | \'*) quote=${words[last]:0:1} words[last]=${words[last]:1} ;;
    *\\*) words[last]=${words[last]//\\/} ;;
  esac
  joined=${words[last]}

  local program=${words[0]/#\~/$HOME}
  type -P -- "$program" >/dev/null || program=macp
  local answer directive
  answer=$("$program" __complete "${words[@]:1}" 2>/dev/null) || return
  directive=${answer##*$'\n'}
  [[ $answer == *$'\n'* ]] && answer=${answer%$'\n'*} || answer=

  # What stands before the last = or : stays as it is typed, where bash splits words there.
  local typed= mark
  for mark in = :; do
    if [[ -z $quote && $COMP_WORDBREAKS == *"$mark"* && ${joined#"$typed"} == *"$mark"* ]]; then
      typed=${joined%"${joined##*"$mark"}"}
    fi
  done

  COMPREPLY=()
  case $directive in
    :files | :folders)
      local kind=-f path
      [[ $directive == :folders ]] && kind=-d
      compopt -o filenames 2>/dev/null # not there in bash 3
      while IFS= read -r path; do
        COMPREPLY+=("$path")
      done < <(compgen "$kind" -- "${joined#"$typed"}")
      return
      ;;
    :open) compopt -o nospace 2>/dev/null ;;
  esac
  [[ -n $answer ]] || return
  while IFS=$'\t' read -r word _; do
    word=${word#"$typed"}
    # Nothing of an id becomes part of a command.
    [[ -n $quote ]] || printf -v word %q "$word"
    COMPREPLY+=("$word")
  done <<<"$answer"
}

complete -F _macp macp mosaic-macp
