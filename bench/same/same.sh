#!/usr/bin/env bash
# Checks that two versions of mnistgpu give the same results, byte for byte:
#
#	bench/same/same.sh [OLD [NEW]]
#
# OLD and NEW are git revisions: by default the last one before the command line was
# rebuilt, and the working tree with its uncommitted changes. Both run commands.sh on the
# CPU, at the same time. Their exit codes must be those that commands.sh expects, and the
# files that they write must be the same: models, histories, summaries, sweeps, exports,
# predictions, data sets and pictures. Messages, config.toml, report.html and saved states
# may differ. With MNISTGPU_DATA, some commands train on MNIST.
#
# It takes a minute or two. The exit code is 1 if anything differs; all files are then kept.
set -euo pipefail
export LC_ALL=C
cd "$(dirname "$0")/../.."
old=${1:-5754312}
new=${2:-}

# commands.sh is written for NEW. This sed script turns it into the commands of OLD, for
# instance s/--lr-schedule /--schedule /.
old_syntax='s/--prepare as-is/--as-is/'

# What may differ: fields of JSON objects, columns of CSV files, and whole files.
fields='seconds|images_per_second|saves|save_seconds|model_sha256|run_dir|learned_nothing|hint'
columns='seconds'
# predictions.npz has labels of int64 now, since labels of one byte wrapped around where they
# were combined with the predicted classes; predictions.csv has the same numbers. predict.json
# has answers to photos, whose background is taken by place now.
ignored=(-name predictions.npz -o -name predict.json -o -name '*.toml' -o -name '*.html' -o -name 'checkpoint-*' -o -name '.*')

# build REVISION FOLDER builds FOLDER/mnistgpu.
build() {
	local source=.
	if [ -n "$1" ]; then
		source=$2/source
		mkdir "$source"
		git archive "$1" | tar -x -C "$source"
	fi
	(cd "$source" && CGO_ENABLED=0 go build -trimpath -buildvcs=false -o "$2/mnistgpu" ./cmd/mnistgpu)
}

# weights FILE prints a model without the form of its images and the padding of its header.
weights() {
	local length
	length=$(od -An -tu8 -N8 "$1" | tr -d ' ')
	tail -c +9 "$1" | head -c "$length" | sed -E 's/"(background|box|framing)":"[^"]*",?//g; s/ *$//'
	tail -c +$((9 + length)) "$1"
}

# results FILE prints what must be the same: a field of a JSON object a line, the columns
# of a CSV file that may not differ, or all of any other file.
results() {
	case $1 in
	*.json) tr ',' '\n' <"$1" | grep -vE "\"($fields)\":" | sed 's/}*$//' ;; # a new field may be the last
	*.safetensors) weights "$1" ;;
	*.csv) awk -F, -v OFS=, -v drop="^($columns)\$" '
		NR == 1 { for (i = 1; i <= NF; i++) dropped[i] = $i ~ drop }
		{ for (i in dropped) if (dropped[i]) $i = ""; print }' "$1" ;;
	*) cat "$1" ;;
	esac
}

# files FOLDER lists the files to compare.
files() { (cd "$1" && find . -type f ! \( "${ignored[@]}" \) | sed 's,^./,,' | sort); }

# different FILE shows where the two versions of FILE begin to differ.
different() {
	echo "differs: $1"
	case $1 in
	*.json | *.csv) (diff <(results "old/$1") <(results "new/$1") || true) | head -n 5 | cut -c 1-150 ;;
	esac
}

dir=$(mktemp -d)
trap 'rm -r "$dir"' EXIT
mkdir "$dir/bin-old" "$dir/bin-new" "$dir/old" "$dir/new" "$dir/inputs"
echo "building ${old} and ${new:-the working tree} in $dir"
build "$old" "$dir/bin-old"
build "$new" "$dir/bin-new"
go run ./bench/same "$dir/inputs"
sed "$old_syntax" bench/same/commands.sh >"$dir/bin-old/commands.sh"
cp bench/same/commands.sh "$dir/bin-new/"

cd "$dir"
for version in old new; do
	(
		cd $version
		bash ../bin-$version/commands.sh "$dir/bin-$version" >../bin-$version/log 2>&1 ||
			echo "commands.sh broke off: see bin-$version/log" >>../bin-$version/failures
	) &
done
wait

{
	sed 's/^/old: /' bin-old/failures
	sed 's/^/new: /' bin-new/failures
	comm -23 <(files old) <(files new) | sed 's/^/only old: /'
	comm -13 <(files old) <(files new) | sed 's/^/only new: /'
	comm -12 <(files old) <(files new) >compared
	while read -r file; do
		cmp -s <(results "old/$file") <(results "new/$file") || different "$file"
	done <compared
} >differences

summary="$(($(wc -l <bin-new/commands))) commands, $(($(wc -l <compared))) files compared"
if [ -s differences ]; then
	cat differences
	echo "$summary: $(grep -cE '^[a-z ]+: ' differences) differences, see $dir"
	trap - EXIT
	exit 1
fi
echo "$summary, all the same"
test -n "${MNISTGPU_DATA:-}" || echo 'without MNIST, since MNISTGPU_DATA is not set'
