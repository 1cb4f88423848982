# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Completion of the command `credence` for bash.

# The options of a command, as its own help tells them: a new option needs no line here.
_credence_options() {
    "${COMP_WORDS[0]}" "$1" --help 2>/dev/null | grep -oE '(^|[ ,])--[a-z0-9-]+' | tr -d ' ,' | sort -u
}

_credence() {
    local word=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]} at=$COMP_CWORD
    # Bash makes = and : words of their own: --alg=RS is three words, and so is env:HOM.
    if [[ $word == [=:] ]]; then word=""; else at=$((at - 1)); fi
    local mark=${COMP_WORDS[at]}
    if [[ $mark == [=:] ]]; then at=$((at - 1)); fi
    local previous=${COMP_WORDS[at]}
    local algorithms="HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 ES256K EdDSA Ed25519 Ed448"
    local encryption="dir A128KW A192KW A256KW A128GCMKW A192GCMKW A256GCMKW RSA-OAEP RSA-OAEP-256"
    encryption+=" ECDH-ES ECDH-ES+A128KW ECDH-ES+A192KW ECDH-ES+A256KW"
    local words=""
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        words="sign verify decode explain encrypt decrypt keygen jwk keys dpop --help --version"
    elif [ "$previous" = --enc ]; then
        words="A128GCM A192GCM A256GCM A128CBC-HS256 A192CBC-HS384 A256CBC-HS512"
    elif [ "$previous" = --alg ] && [[ $command == encrypt || $command == decrypt ]]; then
        words=$encryption
    elif [ "$previous" = --curve ]; then
        words="P-256 P-384 P-521 X25519 X448"
    elif [ "$previous" = --alg ] || { [ "$command" = keygen ] && [ "$COMP_CWORD" -eq 2 ] && [[ $word != -* ]]; }; then
        words=$algorithms
        if [[ $command == keygen || $command == jwk ]]; then words+=" $encryption"; fi
    elif [ "$previous" = --format ]; then
        words="pem jwk secret"
    elif [ "$previous" = --to ]; then
        words="pem jwk"
    elif [ "$previous" = --allow ]; then
        words="missing_exp null_members numeric_subject padding duplicate_members future_iat bearer_use short_secret"
    elif [ "$previous" = --kid ]; then
        words="auto"
    elif [ "$previous" = --issuer ]; then
        return  # no file, and no URL that we know
    elif [[ $previous$mark == env: ]]; then
        words=$(compgen -e -- "$word")
    elif [[ $word == env:* ]]; then
        words=$(compgen -P env: -e -- "${word#env:}")
    elif [[ $word == -* ]]; then
        words=$(_credence_options "$command")
    else
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
        return
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}

complete -o filenames -F _credence credence
