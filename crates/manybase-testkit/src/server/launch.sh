# Writes down its id and start time, then becomes the server: same id, same start time.
#
#   sh -c "$(cat launch.sh)" launch <file> <program> <arguments>...
#
# So what the reaper needs to know is on disk before there is a server to end.
umask 077
file=$1
shift
IFS= read -r line <"/proc/$$/stat" || exit 1
note() { shift 19; echo "$$ $1" >"$file"; }
note ${line##*) } || exit 1
exec "$@"
