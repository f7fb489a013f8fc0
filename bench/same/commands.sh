# The commands that same.sh runs with each version: bash commands.sh FOLDER, which holds
# mnistgpu and gets the lists commands and failures. All results go to the current folder.
home=$1
root=$PWD
: >"$home/failures"
digits=../data/digits # 12x12 pixels, 4 classes, 340 images

# No settings from outside but the folder of MNIST, and no cache.
mnist=${MNISTGPU_DATA:-}
unset "${!MNISTGPU_@}"
export MNISTGPU_HOME=$home/cache ${mnist:+MNISTGPU_DATA="$mnist"}

# folder NAME makes a new folder for the commands that follow.
folder() { mkdir "$root/$1" && cd "$root/$1"; }

fail() { echo "${PWD##*/}: $*" >>"$home/failures"; }

# mnistgpu ARGUMENTS runs the program, which must end with exit code $exits, 0 by default.
mnistgpu() {
	"$home/mnistgpu" "$@" 2>"$home/stderr"
	check $? "$@"
}

check() {
	echo "${PWD##*/}: ${*:2}" >>"$home/commands"
	test "$1" = "${exits:-0}" || fail "exit code $1, not ${exits:-0}: mnistgpu ${*:2}: $(tail -n 2 "$home/stderr" | tr '\n' ' ')"
}

# train RUN DATA FLAGS trains into the folder RUN.
train() { mnistgpu train --run-dir "$1" --data "$2" --quiet "${@:3}"; }

# stop SIGNAL FILE ARGUMENTS runs the program, and sends it SIGNAL once FILE, a pattern,
# exists.
stop() {
	"$home/mnistgpu" "${@:3}" 2>"$home/stderr" &
	until compgen -G "$2" || ! kill -0 $!; do sleep 0.01; done
	kill "-$1" $!
	wait $!
	check $? "${@:3}"
}

# same FILE FILE compares two files of the same version.
same() { cmp "$1" "$2" || fail "$1 and $2 differ"; }

folder data
mnistgpu data import ../../inputs/digits.csv --out digits
mnistgpu data import ../../inputs/digits.csv --out pets --classes cat,dog,hen,cow --test-fraction 0.3 --seed 4
mnistgpu data import ../../inputs/pictures --out pictures
mnistgpu data import ../../inputs/pictures --out reversed --classes ring,dot --size 8x10
mnistgpu data show --data pets --out pets.png
mnistgpu data show --data synthetic --split test --count 25 --seed 3 --out synthetic.png

folder presets
train default synthetic --steps 40
train notebook synthetic --preset notebook --steps 2

folder optimizers
for optimizer in sgd momentum adam; do
	train $optimizer synthetic --optimizer $optimizer --steps 30
done
train slow $digits --optimizer momentum --momentum 0.5 --lr 0.02 --epochs 3

folder schedules
for schedule in const step exp cosine triangular onecycle; do
	train $schedule $digits --lr-schedule $schedule --batch 32 --epochs 6 --eval-every 5
done
train step-by-two $digits --lr-schedule step --lr-period 2 --lr-decay 0.5 --batch 32 --epochs 6 --eval-every 5
train cosine-warmup $digits --lr-schedule cosine --lr-min 0.01 --warmup 1 --batch 32 --epochs 6 --eval-every 5
train triangular-two $digits --lr-schedule triangular --lr-min 0.1 --lr-period 2 --batch 32 --epochs 6 --eval-every 5
train onecycle-half $digits --lr-schedule onecycle --pct-start 0.5 --lr-min 0.001 --batch 32 --epochs 6 --eval-every 5

folder settings
train deep synthetic --hidden 64,32,16 --steps 30 --batch 50
train full $digits --batch full --epochs 5
train unshuffled $digits --shuffle=false --epochs 3
train l2 $digits --l2 0.01 --epochs 3
train scaled $digits --pixel-scale 0.01 --init-std 0.1 --seed 7 --epochs 3
train six $digits --classes 6 --epochs 3
train pets ../data/pets --epochs 3
train pictures ../data/pictures --hidden 20 --batch 8 --epochs 5
MNISTGPU_LR=0.2 MNISTGPU_HIDDEN=30,20 MNISTGPU_L2=0.001 train environment $digits --epochs 3 --l2 0
cat >by-hand.toml <<-END
	hidden = [30, 20]
	lr = 0.05
	optimizer = "adam"
	lr_schedule = "cosine"
	shuffle = false
	epochs = 9
END
train file $digits --config by-hand.toml --epochs 3
mnistgpu train --config file/config.toml --run-dir file-again --quiet
same file/model.safetensors file-again/model.safetensors

folder stopping
train patience synthetic --hidden 32 --val-fraction 0.2 --patience 2 --min-delta 0.1 --eval-every 20 --epochs 2
train target $digits --val-fraction 0.1 --target-accuracy 0.9 --epochs 20
exits=9 train missed synthetic --target-accuracy 0.999 --steps 20
exits=7 train diverged $digits --lr 1e30 --epochs 5

folder resuming
long=(--data synthetic --hidden 64 --optimizer momentum --steps 600 --eval-every 100 --save-every 20 --quiet)
mnistgpu train --run-dir straight "${long[@]}"
exits=130 stop INT 'interrupted/checkpoint-*' train --run-dir interrupted "${long[@]}"
mnistgpu resume interrupted --quiet
exits=137 stop KILL 'killed/checkpoint-*' train --run-dir killed "${long[@]}"
mnistgpu train --run-dir killed "${long[@]}" --resume auto
same straight/model.safetensors interrupted/model.safetensors
same straight/model.safetensors killed/model.safetensors

folder sweeps
grid=(--data $digits --hidden 16,8x8 --lr 0.5,0.1 --epochs 2 --quiet)
mnistgpu sweep --run-dir grid "${grid[@]}"
for shard in 0/2 1/2; do
	mnistgpu sweep --run-dir shared "${grid[@]}" --shard $shard
	mnistgpu sweep --run-dir "shard-${shard%/2}" "${grid[@]}" --shard $shard
done
mnistgpu sweep merge shared
mnistgpu sweep merge shard-0 shard-1 --out merged
same grid/results.csv shared/results.csv
same grid/results.csv merged/results.csv
mnistgpu sweep --run-dir random --method random --trials 6 --jobs 2 --data synthetic --steps 20 --lr 0.01:2 --hidden 10:60 --optimizer sgd,adam --seed 5 --quiet
mnistgpu sweep --run-dir notebook --preset notebook-grid --data $digits --steps 5 --quiet
long=(--data synthetic --hidden 32 --lr 0.5,0.1,0.02 --steps 1000 --quiet)
exits=143 stop TERM 'stopped/trials/00000.json' sweep --run-dir stopped "${long[@]}"
mnistgpu sweep --run-dir stopped "${long[@]}"

folder lr-find
mnistgpu lr-find --data synthetic --run-dir sgd --quiet --json >sgd.json
mnistgpu lr-find --data $digits --optimizer adam --batch 64 --run-dir adam --quiet --json >adam.json

folder models
train run synthetic --hidden 50,20 --steps 60
mnistgpu eval run --json >eval.json
mnistgpu eval run --predictions predictions.csv
mnistgpu eval run --predictions predictions.npz
mnistgpu predict run ../../inputs/drawings --top 10 --json >predict.json
mnistgpu predict ../settings/pictures ../../inputs/pictures/ring/0.png --prepare as-is --json >as-is.json
for file in model.onnx model.npz model.safetensors; do
	mnistgpu export run --out $file
done
mnistgpu export run --format pytorch-safetensors --out pytorch.safetensors
mnistgpu import model.npz --out from-npz.safetensors
mnistgpu import pytorch.safetensors --size 28x28 --pixel-scale 0.00392156862745098 --out from-pytorch.safetensors
mnistgpu eval from-pytorch.safetensors --data synthetic --json >from-pytorch.json

folder reports
train drawn $digits --epochs 2
train later $digits --epochs 2 --report=false
mnistgpu report later
same drawn/history.png later/history.png
mnistgpu report drawn ../settings/l2 --out compare.html

if [ -n "$mnist" ]; then
	folder mnist
	train default mnist --steps 100 --eval-every 50
	train notebook mnist --preset notebook --steps 1
	mnistgpu eval default --json >eval.json
	mnistgpu data show --data mnist --out samples.png
fi
