#!/bin/sh
# Starts Slurm on this machine alone, to try sweep.sbatch without a cluster:
# one-node.sh FOLDER. It needs root and Debian's slurm-wlm. All its files are in FOLDER.
# With SLURM_CONF=FOLDER/slurm.conf the commands of Slurm talk to it. To end it:
# kill $(cat FOLDER/*.pid)
set -eu
folder=$(mkdir -p "$1" && cd "$1" && pwd)
host=$(hostname -s)

mkdir -p "$folder/state" "$folder/spool" "$folder/munge"
chmod 700 "$folder/munge"
dd if=/dev/urandom of="$folder/munge/key" bs=1024 count=1 status=none
chmod 400 "$folder/munge/key"
munged --force --key-file="$folder/munge/key" --socket="$folder/munge/socket" \
	--pid-file="$folder/munged.pid" --log-file="$folder/munge/log" --seed-file="$folder/munge/seed"
chmod 711 "$folder/munge"

cat >"$folder/slurm.conf" <<CONF
ClusterName=one
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/munge/socket
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
MailProg=/bin/true
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=$host Default=YES MaxTime=INFINITE State=UP
CONF
echo CgroupPlugin=cgroup/v1 >"$folder/cgroup.conf"

export SLURM_CONF="$folder/slurm.conf"
slurmctld
slurmd
for _ in $(seq 60); do
	case $(sinfo --noheader --format=%T 2>/dev/null) in idle*) exit 0 ;; esac
	sleep 0.5
done
echo 'one-node.sh: Slurm did not come up; see the logs in' "$folder" >&2
exit 1
