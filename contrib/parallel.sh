#!/bin/sh
# Runs a sweep with GNU parallel, one shard per job, and then merges the results:
#
#   parallel.sh 4 runs/rates --hidden 400,1024 --lr 0.1,0.5
#
# Jobs run here, or on the hosts listed in the file that PARALLEL_SSHLOGINFILE names,
# which must share the folder and have mnistgpu. Run it again to retry failed jobs.
set -eu
shards=$1 folder=$2
shift 2

mkdir -p "$(dirname "$folder")"
seq 0 $((shards - 1)) | parallel ${PARALLEL_SSHLOGINFILE:+--sshloginfile "$PARALLEL_SSHLOGINFILE" --workdir .} \
	--joblog "$folder.joblog" --resume-failed --quote \
	"${MNISTGPU:-mnistgpu}" sweep --run-dir "$folder" --shard "{}/$shards" --quiet "$@"
exec "${MNISTGPU:-mnistgpu}" sweep merge "$folder"
