package runs

// Files in the folder of a run.
const (
	ConfigFile  = "config.toml"
	HistoryFile = "history.csv"
	SummaryFile = "summary.json"
	ModelFile   = "model.safetensors"
)
