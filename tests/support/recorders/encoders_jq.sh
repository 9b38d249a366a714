printf "jq's @uri"
while read -r line; do
  text=$(printf '%s' "$line" | sed 's/../\\x&/g')
  printf '\t%s' "$(printf "$text" | "$1" -jRs '@uri' | od -An -v -tx1 | tr -d ' \n')"
done
echo
