printf "Bash's printf of each character"
while read -r line; do
  text=$(printf "$(sed 's/../\\x&/g' <<<"$line")"; printf x) 2>/dev/null; text=${text%x}
  case $text in [A-Za-z0-9.~_-]) out=$text ;; *) out=$(printf '%%%02X' "'$text") ;; esac
  printf '\t%s' "$(printf '%s' "$out" | od -An -v -tx1 | tr -d ' \n')"
done
echo
