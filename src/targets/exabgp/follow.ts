/**
 * The process that ExaBGP starts. It says what the file of routes says, again whenever the file has changed, and
 * withdraws what is no longer in it. ExaBGP answers every line ("done"), which has to be read, or its pipe fills up.
 */
export function followScript(head: readonly string[]): string {
  return `#!/bin/sh
${head.join('\n')}
# ExaBGP starts it: roomlb-follow.sh FILE. It tells ExaBGP the lines of FILE, again whenever FILE has changed, and
# withdraws what is no longer in there. It ends when ExaBGP does.
set -eu
file=$1
exec 3<&0
cat <&3 >/dev/null &
before=''
while kill -0 "$PPID" 2>/dev/null; do
    if [ -r "$file" ]; then
        now=$(cat "$file")
        if [ "$now" != "$before" ]; then
            printf '%s\\n===\\n%s\\n' "$before" "$now" | awk '
                $0 == "===" { current = 1; next }
                $1 != "neighbor" { next }
                { key = $2 " " $5 }
                !current { if ($3 == "announce") old[key] = $2 " withdraw route " $5 }
                current { named[key] = 1; print }
                END { for (key in old) if (!(key in named)) print "neighbor " old[key] " next-hop self" }
            '
            before=$now
        fi
    fi
    sleep 1
done
`;
}
