# Ends one throwaway server and removes its directory once the test process is gone.
#
#   sh -c "$(cat reaper.sh)" reaper <directory> <signal that ends the server at once>
#
# Standard input is a pipe whose other end only the test process holds: the kernel closes it however that process
# ends. Runs as the server's own user, so it can touch nothing but what that user owns, and in a process group of
# its own, so that Ctrl-C does not reach it.

trap '' HUP INT QUIT TERM PIPE
umask 077
cd /
dir=$1 end_signal=$2
mkdir "$dir" || exit 1
echo ready
exec >/dev/null 2>&1

# A failed test may want to look at its database for a while.
linger=0
while read -r word value; do
    [ "$word" = linger ] && linger=$value
done
[ "$linger" -gt 0 ] && sleep "$linger"

# Reads a process's state, parent and start time. Its name may hold blanks and parentheses: skip to the last one.
look() {
    IFS= read -r line <"/proc/$1/stat" || return 1
    fields ${line##*) }
}
fields() { state=$1 parent=$2; shift 19; start=$1; }

# The id alone could have been given to a stranger since; together with the start time it could not.
running() { look "$1" && [ "$start" = "$2" ] && [ "$state" != Z ] && [ "$state" != X ]; }

children() {
    for entry in /proc/[0-9]*; do
        look "${entry#/proc/}" && [ "$parent" = "$1" ] && echo "${entry#/proc/}"
    done
}

gone_within() {
    tries=$3
    while running "$1" "$2"; do
        [ "$tries" -gt 0 ] || return 1
        tries=$((tries - 1))
        sleep 0.02
    done
}

if read -r pid born <"$dir/process" && running "$pid" "$born"; then
    # It may be paused by a test: continue it, or it would never see the signal.
    workers=$(children "$pid")
    kill -s "$end_signal" "$pid"
    kill -s CONT "$pid" $workers
    if ! gone_within "$pid" "$born" 150; then
        # A stopped server reaps nobody, so its children's ids stay theirs until they are killed.
        kill -s STOP "$pid"
        kill -s KILL $(children "$pid")
        kill -s KILL "$pid"
        gone_within "$pid" "$born" 150
    fi
fi

# A PostgreSQL that was killed leaves its (tiny) System V memory segment, which it names in lines 1 and 7.
if [ -f "$dir/data/postmaster.pid" ]; then
    {
        read -r owner; read -r _; read -r _; read -r _; read -r _; read -r _; read -r key id
    } <"$dir/data/postmaster.pid"
    while read -r seg_key seg_id _ _ creator _ attached _; do
        [ "$seg_key $seg_id $creator $attached" = "$key $id $owner 0" ] && ipcrm -m "$id"
    done </proc/sysvipc/shm
fi

# Its last workers may still be writing as they leave.
for _ in 1 2 3 4 5 6 7 8 9 10; do
    rm -rf "$dir" && exit 0
    sleep 0.2
done
exit 1
