texts=$(while read -r line; do printf "$(printf '%s' "$line" | sed 's/../\\x&/g')\n"; done)
for locale in C en_US.UTF-8 de_DE.UTF-8; do
  printf '%s' "sort(1) in $locale"
  LC_ALL=$locale sort <<<"$texts" | while IFS= read -r text; do
    printf '\t%s' "$(printf '%s' "$text" | od -An -v -tx1 | tr -d ' \n')"
  done
  echo
done
