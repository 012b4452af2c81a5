# Completions of macp for fish. To use them: macp completions fish | source

function __macp_complete
    set -l words (commandline -opc)
    # The word as it is meant: an open quote and what escapes taken off.
    set -l word (commandline -ct)
    if string match -qr '^["\']' -- $word
        set word (string sub -s 2 -- $word)
    else
        set word (string unescape -- $word)
    end
    set -l program $words[1]
    command -q -- $program; or set program macp
    set -l lines ($program __complete $words[2..-1] "$word" 2>/dev/null)
    or return
    switch $lines[-1]
        case :files
            __macp_paths __fish_complete_path $word
        case :folders
            __macp_paths __fish_complete_directories $word
        case '*'
            set -e lines[-1]
            string join -- \n $lines
    end
end

# Paths for a word, also for one as --option=PATH.
function __macp_paths
    set -l before (string match -r -- '^--[^=]+=' $argv[2])
    for path in ($argv[1] (string replace -r -- '^--[^=]+=' '' $argv[2]))
        echo -- "$before"$path
    end
end

complete -c macp -e
complete -c macp -f -a '(__macp_complete)'
complete -c mosaic-macp -e
complete -c mosaic-macp -f -a '(__macp_complete)'
