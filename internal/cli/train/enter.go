package train

import (
	"errors"
	"io/fs"
	"strings"

	"mnistgpu/gpu"
	"mnistgpu/internal/cli/shared"
	"mnistgpu/internal/fault"
	"mnistgpu/internal/run"
	"mnistgpu/internal/settings"
)

// enter makes a new folder for the run, or checks that the run belongs to the existing
// one.
func (s *session) enter() error {
	if s.dir == nil {
		dir, err := shared.NewRunDir(s.v, s.b, s.data, s.data.Name, run.ConfigFile)
		if err != nil {
			return err
		}
		s.dir = dir
		s.unlock, err = lock(s.io, dir)
		return err
	}
	if s.saved == nil && s.ended == nil {
		return s.startOver()
	}
	begun, err := s.begun()
	if err != nil {
		return err
	}
	return s.checkSame(begun)
}

// begun returns the fingerprint that the run was started with. If the run ended before
// it saved a state, the settings come from its config.toml, which says nothing about the
// content of the data.
func (s *session) begun() (settings.Fingerprint, error) {
	if s.saved != nil {
		return s.saved.Settings, nil
	}
	v, err := shared.RunSettings(s.dir.Path)
	if err != nil {
		return nil, err
	}
	return shared.Fingerprint(v, s.b, s.data, s.fingerprint["data"]), nil
}

// checkSame returns an error unless the run has the fingerprint begun. The error gives
// the names of the data with their checksums, as far as these are known.
func (s *session) checkSame(begun settings.Fingerprint) error {
	now := s.fingerprint
	if !begun.SameData(now) {
		was, err := shared.DataOf(s.dir.Path)
		if err != nil {
			return err
		}
		is, err := shared.DataSetting(s.v, s.data)
		if err != nil {
			return err
		}
		begun, now = begun.WithDataName(was), now.WithDataName(is)
	}
	return s.checkSettings(begun, now)
}

// checkSettings returns an error that names the settings in which the run differs from
// the one that was started in its folder.
func (s *session) checkSettings(begun, now settings.Fingerprint) error {
	engine, ops := begun["engine"], string(gpu.Ops)
	if s.v.VerifyEvery > 0 && now["engine"] == ops && engine != ops && engine != "" {
		return cannotVerify(s.dir.Path, engine)
	}
	others := begun.Differences(now)
	if others == nil {
		return nil
	}
	return fault.Usage("cannot resume %s: %s", s.dir.Path, strings.Join(others, "; ")).
		WithHint("resume it with the settings that it was started with, or start over in another --run-dir")
}

// startOver prepares a run that starts in a folder without a state. If a run was started
// there, it must be this one, as far as its settings tell. The user is told that it
// starts from its first step.
func (s *session) startOver() error {
	if err := s.canStart(); err != nil {
		return err
	}
	begun, err := shared.RunSettings(s.dir.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return shared.WriteConfig(s.v, s.b, s.data, s.dir, run.ConfigFile)
	}
	if err != nil {
		return err
	}
	now, err := shared.Found(s.v, s.b, s.data)
	if err != nil {
		return err
	}
	if err := s.checkSettings(begun.ResultSettings(), now.ResultSettings()); err != nil {
		return err
	}
	s.io.Notef("%s has no saved state: the run starts over from its first step", s.dir.Path)
	return shared.WriteConfig(s.v, s.b, s.data, s.dir, run.ConfigFile)
}

// cannotVerify is the error of a run that --verify-every cannot be added to.
func cannotVerify(dir, engine string) error {
	return fault.Usage("cannot add --verify-every to %s: it needs --engine ops, and the run was started with --engine %s", dir, engine).
		WithHint("resume without --verify-every, or start over in another --run-dir")
}
