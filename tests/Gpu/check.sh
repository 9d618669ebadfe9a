#!/usr/bin/env bash
# Checks the GPU path on a machine that has one: training on it against training on the processor, and the graphs on it
# against those on the processor. Prints a line for each check and a summary; what can't be run says why.
#
#   tests/Gpu/check.sh [--app FOLDER] [--libtorch FOLDER] [--onnxruntime FOLDER] [--device cuda:N] [--work FOLDER] [--rehearse]
#
# --app          the command line, published or built (the folder of limaml.dll); published here where it is not given
# --libtorch     libraries of a libtorch 2.10 with CUDA; else those of python3's torch, where there is one
# --onnxruntime  libraries of ONNX Runtime with its CUDA provider, of the version in Directory.Packages.props
# --device       cuda or cuda:N; cuda by default
# --work         keeps what is made; a temporary folder, erased, otherwise
# --rehearse     the processor stands for the GPU, to try the script itself
#
# Exit code: 0 every check that could be run passed, training on the GPU among them; 1 one failed, or training on the GPU
# could not be run; 2 wrong arguments; 3 there is no GPU here, nothing was checked.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

app= libtorch= onnxruntime= device=cuda work= rehearse= rows=20000 threads=0
usage() {
  echo "check.sh: $1; see the head of ${BASH_SOURCE[0]} for its options" >&2
  exit 2
}
while (($#)); do
  case $1 in
    --app | --libtorch | --onnxruntime | --device | --work)
      (($# > 1)) || usage "$1 needs a value"
      declare "${1#--}=$2"
      shift 2
      ;;
    --rehearse) rehearse=1 && shift ;;
    *) usage "found '$1', expected an option" ;;
  esac
done
[[ $device =~ ^cuda(:[0-9]+)?$ ]] || usage "--device: found '$device', expected cuda or cuda:N"
for folder in "$app" "$libtorch" "$onnxruntime"; do
  [[ -z $folder || -d $folder ]] || usage "found no folder $folder"
done

if [[ -n $rehearse ]]; then
  device=cpu rows=2000 threads=1
  echo "Rehearsal: the processor stands for the GPU; this checks the script, not the GPU."
elif ! gpus=$(nvidia-smi --query-gpu=name,memory.total,driver_version --format=csv,noheader 2>/dev/null) || [[ -z $gpus ]]; then
  echo "No GPU here (nvidia-smi finds none): nothing was checked."
  exit 3
else
  echo "GPU: $gpus"
fi

if [[ -z $work ]]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
fi
mkdir -p "$work"
rm -f "$work/report.txt"
passed=0 failed=0 skipped=0
report() { echo "$1" | tee -a "$work/report.txt"; }
ok() { passed=$((passed + 1)) && report "ok       $1"; }
bad() { failed=$((failed + 1)) && report "FAILED   $1"; }
not_run() { skipped=$((skipped + 1)) && report "not run  $1: $2"; }
limaml() { dotnet "$work/app/limaml.dll" "$@"; }

# Runs a step and keeps its output; says why where it fails.
log_of() { echo "$work/${1//[^a-zA-Z0-9]/-}.log"; }
step() {
  local name=$1 log
  log=$(log_of "$name")
  shift
  if "$@" >"$log" 2>&1; then
    return 0
  fi
  bad "$name: $(tail -n 1 "$log")"
  return 1
}

# The application, in a folder of its own where libraries can be exchanged: links, but for what .NET finds the folder by.
rm -rf "$work/app"
if [[ -z $app ]]; then
  app=$work/published
  step "publish" dotnet publish "$root/training/LiMaml.Cli" -c Release -v q -o "$app" || exit 1
fi
[[ -f $app/limaml.dll ]] || usage "--app: found no limaml.dll in $app"
cp -rs "$(realpath "$app")" "$work/app"
rm "$work/app/limaml.dll"
cp "$app/limaml.dll" "$work/app/limaml.dll"
native() { dirname "$(find "$work/app" -name "$1" ! -path '*osx*' ! -path '*arm64*' | sort | head -n 1)"; }

# Puts links to all libraries of a folder in place of the application's own of these names, and beside them.
point_at() {
  local to library
  to=$(native "$2")
  for library in "$1"/*.so*; do
    rm -f "$to/${library##*/}"
    ln -s "$(realpath "$library")" "$to/${library##*/}"
  done
}

# libtorch: what is given, else python3's, else the application's.
if [[ -z $libtorch && -z $rehearse ]]; then
  libtorch=$(python3 -c 'import os, torch; print(os.path.join(os.path.dirname(torch.__file__), "lib"))' 2>/dev/null || true)
fi
if [[ -n $libtorch ]]; then
  [[ -f $libtorch/libtorch_cpu.so ]] || usage "--libtorch: found no libtorch_cpu.so in $libtorch"
  point_at "$libtorch" libLibTorchSharp.so
  search=$libtorch
  # Python's packages keep CUDA's own libraries beside torch's.
  for folder in "$libtorch"/../../nvidia/*/lib; do
    [[ -d $folder ]] && search=$search:$(realpath "$folder")
  done
  export LD_LIBRARY_PATH=$search${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
  report "libtorch: $libtorch"
else
  report "libtorch: the application's own"
fi
[[ -z $onnxruntime ]] || point_at "$onnxruntime" libonnxruntime.so

# Training: the same model on both; the first epochs differ by rounding alone.
last() { grep -o "\"$2\":[^,}]*" "$work/$1/metrics.jsonl" | tail -n 1 | cut -d: -f2; }
# Whether |$1 - $2| <= $3; not for what is no number.
within() { awk -v a="$1" -v b="$2" -v most="$3" 'BEGIN { d = a - b; exit !(a != "" && b != "" && a == a + 0 && b == b + 0 && d <= most && -d <= most) }'; }

training=
step "prepare" limaml prepare --source synthetic --rows "$rows" --days 30 --seed 1 --out "$work/data" --overwrite || exit 1
step "train on cpu" limaml train --dataset "$work/data" --out "$work/on-cpu" --epochs 2 --threads "$threads" --device cpu --overwrite || exit 1
if step "train on $device" limaml train --dataset "$work/data" --out "$work/on-gpu" --epochs 2 --threads "$threads" --device "$device" --overwrite; then
  training=1
  for measure in "trainingLoss 0.001" "validationAuc 0.005"; do
    read -r name most <<<"$measure"
    cpu=$(last on-cpu "$name") gpu=$(last on-gpu "$name")
    if within "$cpu" "$gpu" "$most"; then
      ok "train: $name $gpu on $device, $cpu on cpu"
    else
      bad "train: $name $gpu on $device, $cpu on cpu, more than $most apart"
    fi
  done
  step "evaluate on $device" limaml evaluate --dataset "$work/data" --model gpu="$work/on-gpu" --threads "$threads" --device "$device" --out "$work/evaluation" --overwrite &&
    ok "evaluate on $device"
fi

# The graphs: what was trained on the GPU, exported on the processor; then each provider against the processor.
model=$work/on-cpu
[[ -z $training ]] || model=$work/on-gpu
step "export" limaml export --checkpoint "$model" --out "$work/package" --overwrite || exit 1

# Embeds and scores with the options given; the scores are $work/<name>.csv.
score() {
  local name=$1
  shift
  limaml embed --package "$work/package" --dataset "$work/data" --out "$work/$name.parquet" --overwrite "$@" &&
    limaml score --package "$work/package" --dataset "$work/data" --snapshot "$work/$name.parquet" --out "$work/$name.csv" --overwrite "$@"
}
# The largest difference between the logits of two files of scores with the same rows.
largest() {
  paste -d, "$1" "$2" | awk -F, '
    NR == 1 { for (i = NF / 2; i > 0; i--) if ($i == "logit") column = i; next }
    { d = $column - $(column + NF / 2); if (d < 0) d = -d; if (d > most) most = d }
    END { if (NR < 2 || !column) exit 1; printf "%.1e", most }'
}
# $1 says what is checked, $2 is the provider that must be in use, the rest are its options.
check_provider() {
  local name=$1 provider=$2 difference=
  shift 2
  if step "verify by $name" limaml verify --package "$work/package" "$@"; then
    if grep -q " on $provider: " "$(log_of "verify by $name")"; then
      ok "verify by $name: $(tail -n 1 "$(log_of "verify by $name")")"
    else
      bad "verify by $name: $provider was not in use; $(grep 'passed over' "$(log_of "verify by $name")" | head -n 1)"
    fi
  fi
  if step "score by $name" score scores "$@"; then
    if difference=$(largest "$work/scores-cpu.csv" "$work/scores.csv") && within "$difference" 0 0.001; then
      ok "score by $name: logits at most $difference from those by cpu"
    else
      bad "score by $name: logits ${difference:-of other rows} from those by cpu, allowed 0.001"
    fi
  fi
}
step "scores by cpu" score scores-cpu || exit 1
check_provider cpu Cpu --provider cpu
providers=$(native libonnxruntime.so)
number=${device#cuda} # :N or nothing
if [[ -n $rehearse ]]; then
  not_run "cuda, CUDA graphs, tensorrt" "a rehearsal"
elif [[ ! -e $providers/libonnxruntime_providers_cuda.so ]]; then
  not_run "cuda, CUDA graphs, tensorrt" "ONNX Runtime of this application has no CUDA provider (publish with -p:LiMamlAccelerator=cuda, or --onnxruntime)"
else
  check_provider cuda Cuda --provider "cuda$number" --require-gpu
  check_provider "CUDA graphs" Cuda --provider "cuda$number" --require-gpu --cuda-graphs 64
  if [[ -e $providers/libonnxruntime_providers_tensorrt.so ]]; then
    export NVIDIA_TF32_OVERRIDE=0
    check_provider tensorrt TensorRt --provider "tensorrt$number" --require-gpu
  else
    not_run "tensorrt" "ONNX Runtime of this application has no TensorRT provider"
  fi
fi

report "$passed passed, $failed failed, $skipped not run"
[[ -n $training ]] && ((failed == 0))
