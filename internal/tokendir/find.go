package tokendir

import (
	"os"
	"path/filepath"
)

// Find returns the file of the system's library: what the environment variable
// names, or else the first that one of the patterns does. If there is none the
// error is Missing.
func (k *Kind) Find() (path string, err error) {
	if path := os.Getenv(k.Variable); path != "" {
		if !IsFile(path) {
			return "", k.errorf("%s names %s, which is no file", k.Variable, path)
		}
		return path, nil
	}
	if path, ok := Find(k.Patterns); ok {
		return path, nil
	}
	return "", k.Missing
}

// Find returns the first file that one of the patterns names.
func Find(patterns []string) (path string, ok bool) {
	for _, pattern := range patterns {
		found, err := filepath.Glob(pattern)
		if err != nil {
			continue
		}
		for _, path := range found {
			if IsFile(path) {
				return path, true
			}
		}
	}
	return "", false
}
