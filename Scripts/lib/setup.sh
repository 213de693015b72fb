# SPDX-License-Identifier: Apache-2.0
# Sourced by the scripts beside it: finds what the build needs, installs what is missing.
# shellcheck shell=bash
#
# Everything said here goes to standard error. `require_build_tools` ends the script with status 69
# (EX_UNAVAILABLE) where it cannot provide what is missing.

readonly minimum_swift="6.2"
readonly unavailable=69

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

# file_in NAME FOLDERS…: FOLDERS are single folders, or lists of them separated by colons.
file_in() {
  local name=$1 list folder folders
  shift
  for list in "$@"; do
    IFS=: read -ra folders <<<"$list"
    for folder in "${folders[@]}"; do
      [[ -e $folder/$name ]] && return 0
    done
  done
  return 1
}

# header_exists NAME, library_exists NAME: where a compiler looks unless told otherwise.
header_exists() {
  file_in "$1" "${CPATH-}" /usr/include /usr/include/*-linux-gnu* /usr/include/openblas \
    /usr/local/include
}
library_exists() {
  file_in "lib$1.so" "${LIBRARY_PATH-}" /usr/lib /usr/lib64 /usr/lib/*-linux-gnu* /usr/local/lib \
    /usr/local/lib64
}

# require_linux: of the scripts that check this repository, which want bash 5 and GNU's tools.
require_linux() {
  [[ $(uname) == Linux ]] && return
  say "this runs on Linux only. Elsewhere 'swift build' and 'swift test' build and test Nabla."
  exit $unavailable
}

# has_library NAME HEADER: also right where pkg-config itself is missing.
has_library() {
  pkg-config --exists "$1" 2>/dev/null || { library_exists "$1" && header_exists "$2"; }
}

# On macOS: where SwiftPM looks for it. Homebrew keeps it out of the folders that compilers search.
has_homebrew_openblas() {
  file_in openblas.pc "${PKG_CONFIG_PATH-}:$(brew --prefix 2>/dev/null)/opt/openblas/lib/pkgconfig"
}

# Sets `missing` to the Debian packages (on macOS Homebrew's) that the build lacks, and `swift_says` to what `swift`
# says it is.
find_missing() {
  missing=()
  swift_says=$(swift --version 2>&1)
  local starts=$?
  if [[ $(uname) == Darwin ]]; then
    has_homebrew_openblas || missing+=(openblas)
    return 0
  fi
  has_library openblas cblas.h || missing+=(libopenblas-dev)
  has_library lapacke lapacke.h || missing+=(liblapacke-dev)
  # SwiftPM asks it where .pc files lie. Without it, it takes the two libraries for missing.
  command -v pkg-config >/dev/null || missing+=(pkg-config)
  command -v git >/dev/null || missing+=(git)
  [[ -e /etc/debian_version ]] || return 0

  # The toolchain links with gold, and against the C and C++ libraries that come with g++.
  command -v ld.gold >/dev/null || missing+=(binutils-gold)
  { file_in crt1.o /usr/lib /usr/lib/*-linux-gnu* &&
    file_in libstdc++.so /usr/lib/gcc/*/*; } || missing+=(g++)
  # It is itself linked against these; without them `swift` does not start.
  ((starts == 0)) || missing+=(libcurl4 libncurses6 libsqlite3-0 libxml2)
}

is_installed() {
  [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

# Drops from `missing` what the package manager holds to be there: then the compiler has the last word.
drop_installed() {
  local package absent=()
  for package in "${missing[@]}"; do
    is_installed "$package" || absent+=("$package")
  done
  missing=("${absent[@]}")
}

# as_root COMMAND…: through sudo unless we are root. Without a terminal sudo must not ask.
as_root() {
  if [[ $(id -u) == 0 ]]; then
    "$@"
  elif { : </dev/tty; } 2>/dev/null; then
    sudo "$@"
  else
    sudo -n "$@"
  fi
}

apt_install() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 \
    install -q -y --no-install-recommends "$@"
}

# install_packages LOG PACKAGE…: the package lists are fetched only when the present ones do not do.
install_packages() {
  local log=$1
  shift
  as_root true 2>"$log" || return
  apt_install "$@" </dev/null >"$log" 2>&1 && return
  as_root apt-get update -q </dev/null >>"$log" 2>&1
  apt_install "$@" </dev/null >>"$log" 2>&1
}

install_missing() {
  if [[ $(uname) == Darwin ]]; then
    say "OpenBLAS is missing, with LAPACKE in it. With Homebrew (https://brew.sh):"
    printf '  brew install openblas\n' >&2
    say "One from elsewhere is found by its openblas.pc in a folder that PKG_CONFIG_PATH names."
    exit $unavailable
  fi
  if ! command -v apt-get >/dev/null; then
    say "missing (by Debian's names): ${missing[*]}. There is no apt-get here to install them."
    say "Fedora: openblas-devel lapack-devel pkgconf git."
    exit $unavailable
  fi
  drop_installed
  ((${#missing[@]})) || return 0
  local line="apt-get update && apt-get install -y --no-install-recommends ${missing[*]}"
  if [[ $(id -u) != 0 ]] && ! command -v sudo >/dev/null; then
    say "missing: ${missing[*]}. Installing them takes root, and there is no sudo here. Run as root:"
    printf '  %s\n' "$line" >&2
    exit $unavailable
  fi

  say "installing ${missing[*]}"
  local log
  log=$(mktemp)
  if ! install_packages "$log" "${missing[@]}"; then
    tail -n 4 "$log" >&2
    rm -f "$log"
    say "could not install ${missing[*]}. Run as root:"
    printf '  %s\n' "$line" >&2
    exit $unavailable
  fi
  rm -f "$log"
}

require_swift_on_path() {
  command -v swift >/dev/null && return
  say "there is no 'swift' on the PATH. Get Swift $minimum_swift or later from https://swift.org/install"
  exit $unavailable
}

require_swift_version() {
  if [[ ! $swift_says =~ Swift\ version\ ([0-9]+)\.([0-9]+) ]]; then
    printf '%s\n' "$swift_says" | tail -n 3 >&2
    say "'swift --version' names no version. Get Swift $minimum_swift or later from https://swift.org/install"
    exit $unavailable
  fi
  local major=${BASH_REMATCH[1]} minor=${BASH_REMATCH[2]}
  if ((major < ${minimum_swift%.*} || (major == ${minimum_swift%.*} && minor < ${minimum_swift#*.}))); then
    say "Swift $major.$minor is too old. Get Swift $minimum_swift or later from https://swift.org/install"
    exit $unavailable
  fi
}

# require_build_tools ROOT: Swift and the libraries. Two scripts at once install one after the other.
require_build_tools() {
  require_swift_on_path
  find_missing
  if ((${#missing[@]})); then
    if command -v flock >/dev/null; then
      exec 9<"$1/Package.swift"
      flock 9
      find_missing
    fi
    if ((${#missing[@]})); then
      install_missing
      find_missing
    fi
    exec 9<&-
  fi
  require_swift_version
}

# toolchain_tool NAME: the path of a program that comes with Swift, and may not be on the PATH beside `swift`.
toolchain_tool() {
  command -v "$1" && return
  local beside
  beside=$(dirname -- "$(readlink -f -- "$(command -v swift)")")/$1
  if [[ ! -x $beside ]]; then
    say "there is no '$1' beside 'swift'; the toolchains of https://swift.org/install have it"
    return 1
  fi
  printf '%s\n' "$beside"
}
