#!/bin/sh
# Installs macp, or brings it to another version: downloads the executable for this
# machine, checks its checksum, and puts it into a folder of yours. Needs no root, and
# changes no settings of shells.
#
#   sh install.sh                            the newest release, into ~/.local/bin
#   sh install.sh --version 1.2.0            that one
#   sh install.sh --dir ~/bin                into another folder
#   sh install.sh --from URL                 from a folder on a server that holds the files
#   sh install.sh --cosign                   also checks who signed the checksums
#   sh install.sh --no-extras                without completions and the man page
#
# Environment, in place of the options: MACP_VERSION, MACP_INSTALL_DIR, MACP_RELEASE_URL.
# Exit codes: 0 done · 1 it cannot be installed, and nothing was replaced · 2 asked wrongly.
set -eu

# Where releases are; filled in when a release is made.
repository=""

version=${MACP_VERSION:-latest}
folder=${MACP_INSTALL_DIR:-}
from=${MACP_RELEASE_URL:-}
extras=true
cosign=false
work=

say() { printf '%s\n' "$*"; }

fail() {
  printf 'error: %s\n' "$1" >&2
  shift
  for hint in "$@"; do printf 'hint: %s\n' "$hint" >&2; done
  exit 1
}

usage() {
  printf 'error: %s\n' "$1" >&2
  printf 'hint: options: --version V, --dir DIR, --from URL, --cosign, --no-extras, --help\n' >&2
  exit 2
}

clean_up() {
  if [ -n "$work" ]; then rm -rf -- "$work"; fi
}

help() {
  [ -f "$0" ] || usage "Cannot show help as this script is read from a pipe"
  while IFS= read -r line; do
    case $line in
      '#!'*) ;;
      '#'*) line=${line#?} && say "${line# }" ;;
      *) return ;;
    esac
  done <"$0"
}

read_options() {
  while [ $# -gt 0 ]; do
    option=$1 value=
    case $option in
      --*=*) value=${option#*=} option=${option%%=*} ;;
      --version | --dir | --from)
        [ $# -ge 2 ] || usage "Cannot use $option as it has no value"
        value=$2 && shift
        ;;
    esac
    case $option in
      --version) version=$value ;;
      --dir) folder=$value ;;
      --from) from=$value ;;
      --cosign) cosign=true ;;
      --no-extras) extras=false ;;
      -h | --help) help && exit 0 ;;
      *) usage "Cannot use $option as there is no such option" ;;
    esac
    shift
  done
  version=${version#v}
  case $version in
    '' | *[!0-9A-Za-z.+-]*) usage "Cannot use --version $version as it is no version" ;;
  esac
}

# The platform, by its name among the files of a release.
platform() {
  system=$(uname -s) machine=$(uname -m)
  # A shell that runs translated on an Apple machine says otherwise.
  if [ "$system" = Darwin ] && [ "$machine" = x86_64 ] &&
    [ "$(sysctl -n sysctl.proc_translated 2>/dev/null || true)" = 1 ]; then
    machine=arm64
  fi
  case $system-$machine in
    Linux-x86_64 | Linux-amd64) target=x86_64-unknown-linux-gnu ;;
    Linux-aarch64 | Linux-arm64) target=aarch64-unknown-linux-gnu ;;
    Darwin-x86_64) target=x86_64-apple-darwin ;;
    Darwin-arm64 | Darwin-aarch64) target=aarch64-apple-darwin ;;
    MINGW* | MSYS* | CYGWIN*) fail "Cannot install on Windows itself" "Run this inside WSL" ;;
    *) fail "Cannot install as there is no macp for $system on $machine" ;;
  esac
  if [ "$system" = Linux ] && ldd --version 2>&1 | grep -qi musl; then
    fail "Cannot install as this Linux has musl in place of glibc" "Install glibc for it (Alpine: apk add gcompat), or build macp there"
  fi
}

# Prints where the files of the release are.
release_url() {
  if [ -n "$from" ]; then
    printf '%s' "${from%/}"
  elif [ -z "$repository" ]; then
    fail "Cannot tell where the releases are" "Name a folder on a server with --from URL"
  elif [ "$version" = latest ]; then
    printf 'https://github.com/%s/releases/latest/download' "$repository"
  else
    printf 'https://github.com/%s/releases/download/v%s' "$repository" "$version"
  fi
}

# Downloads the file $1 of the release into the working folder.
fetch() {
  if command -v curl >/dev/null 2>&1; then
    # Redirects lead to https only, unless it began with http.
    case $url in https:*) only='=https' ;; *) only='=https,http,file' ;; esac
    curl -fsSL --retry 3 --proto "$only" --proto-redir "$only" -o "$work/$1" -- "$url/$1"
  elif command -v wget >/dev/null 2>&1; then
    wget -q -O "$work/$1" -- "$url/$1"
  else
    fail "Cannot download as there is neither curl nor wget" "Install one of them"
  fi || fail "Cannot download $url/$1"
}

# Prints the SHA-256 of a file.
sha256() {
  if command -v sha256sum >/dev/null 2>&1; then
    sum=$(sha256sum <"$1")
  elif command -v shasum >/dev/null 2>&1; then
    sum=$(shasum -a 256 <"$1")
  elif command -v openssl >/dev/null 2>&1; then
    sum=$(openssl dgst -sha256 -r <"$1")
  else
    fail "Cannot check the download as there is none of sha256sum, shasum, openssl"
  fi
  printf '%s' "${sum%%[ *]*}"
}

# Prints the SHA-256 that the checksums say for the file $1; nothing when they do not.
stated() {
  while read -r sum name; do
    if [ "${name#\*}" = "$1" ]; then printf '%s' "$sum" && return; fi
  done <"$work/SHA256SUMS"
}

check_signature() {
  command -v cosign >/dev/null 2>&1 || fail "Cannot check the signature as there is no cosign"
  [ -n "$repository" ] || fail "Cannot check the signature as it is not known who signs"
  fetch SHA256SUMS.sigstore.json
  cosign verify-blob "$work/SHA256SUMS" \
    --bundle "$work/SHA256SUMS.sigstore.json" --new-bundle-format \
    --certificate-oidc-issuer https://token.actions.githubusercontent.com \
    --certificate-identity-regexp "^https://github\\.com/$repository/\\.github/workflows/release\\.yml@refs/tags/v" \
    >/dev/null 2>"$work/cosign" || {
    cat "$work/cosign" >&2
    fail "Cannot install as the checksums are not signed by $repository"
  }
  say "signature of the checksums: good"
}

# Puts the file $1 at $2, at once: whoever runs the old one goes on with it.
put() {
  cp "$1" "$2.new.$$" && chmod "$3" "$2.new.$$" && mv -f "$2.new.$$" "$2"
}

# Makes mosaic-macp, so that "mosaic macp …" works; what is not a link stays.
link_mosaic() {
  link=$folder/mosaic-macp
  if [ -e "$link" ] && [ ! -L "$link" ]; then
    say "left alone, as it is no link: $link"
  elif [ "$(readlink "$link" 2>/dev/null || true)" != macp ]; then
    ln -sfn macp "$link"
  fi
}

# Writes what the program prints with the arguments after $1 to the file $1.
write_extra() {
  file=$1
  shift
  mkdir -p "${file%/*}"
  "$folder/macp" "$@" >"$work/extra" || fail "Cannot write $file"
  put "$work/extra" "$file" 644
}

install_extras() {
  data=${XDG_DATA_HOME:-$HOME/.local/share}
  write_extra "$data/bash-completion/completions/macp" completions bash
  ln -sfn macp "$data/bash-completion/completions/mosaic-macp"
  write_extra "$data/zsh/site-functions/_macp" completions zsh
  write_extra "$data/fish/vendor_completions.d/macp.fish" completions fish
  write_extra "$data/man/man1/macp.1" man
  say "completions and man page: below $data"
  case ${SHELL:-} in
    */zsh) say "zsh finds them with this line in ~/.zshrc, before compinit: fpath+=($data/zsh/site-functions)" ;;
  esac
}

main() {
  read_options "$@"
  if [ -z "$folder" ]; then
    [ -n "${HOME:-}" ] || fail "Cannot tell where to install as there is no HOME" "Name a folder with --dir"
    folder=$HOME/.local/bin
  fi
  platform
  url=$(release_url)
  trap clean_up EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  work=$(mktemp -d)
  program=macp-$target
  fetch SHA256SUMS
  if $cosign; then check_signature; fi
  wanted=$(stated "$program")
  [ -n "$wanted" ] || fail "Cannot install as the checksums name no $program: $url/SHA256SUMS"
  mkdir -p "$folder"
  folder=$(cd "$folder" && pwd)
  if [ -f "$folder/macp" ] && [ "$(sha256 "$folder/macp")" = "$wanted" ]; then
    say "already there: $folder/macp"
  else
    fetch "$program"
    found=$(sha256 "$work/$program")
    [ "$found" = "$wanted" ] || fail "Cannot install $program as its checksum differs: $found" "The checksums say $wanted; nothing was replaced"
    chmod 755 "$work/$program"
    started=$("$work/$program" --version) || fail "Cannot install $program as it does not start here"
    put "$work/$program" "$folder/macp" 755
    say "installed $started: $folder/macp"
  fi
  link_mosaic
  if $extras && [ -n "${HOME:-}" ]; then install_extras; fi
  case :$PATH: in
    *:"$folder":*) say "next: macp demo" ;;
    *) say "next: put $folder on your PATH, then: macp demo" ;;
  esac
}

# Everything is read before anything is done, also from a pipe that breaks.
main "$@"
