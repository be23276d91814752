package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// makeDir makes the data folder if it is not there.
func makeDir(dir string) error {
	err := os.Mkdir(dir, 0o700)
	switch info, statErr := os.Stat(dir); {
	case statErr == nil && info.IsDir():
		return nil
	case statErr == nil:
		return fmt.Errorf("the data folder %s is a file: move it away, or choose another folder", dir)
	case errors.Is(err, fs.ErrNotExist) && isDir(filepath.Dir(dir)):
		return fmt.Errorf("the data folder %s cannot be made because %s takes no folders: choose another folder", dir, filepath.Dir(dir))
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("the data folder %s cannot be made because %s does not exist: make that first, or choose another folder",
			dir, filepath.Dir(dir))
	case errors.Is(err, syscall.ENOTDIR):
		return fmt.Errorf("the data folder %s cannot be made because a part of the path is a file: choose another folder", dir)
	default:
		return notWritable(dir, err)
	}
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// makeFile makes an empty database that only its owner may read, whatever the
// folder's rights are. SQLite gives the files beside it the same rights, and
// those of a database that exists stay as somebody has set them.
func makeFile(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return file.Close()
}

func notWritable(dir string, err error) error {
	return fmt.Errorf("the data folder %s is not writable: give the user that runs this program the right to write in it, or choose another folder (%w)",
		dir, err)
}

// A lock says that the data folder is in use. It is the operating system's, so
// it ends with the process however that ends; the file itself stays.
type lock struct{ file *os.File }

// lockDir takes the lock of dir for this process.
func lockDir(dir string) (*lock, error) {
	path := filepath.Join(dir, "causerie.lock")
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, notWritable(dir, err)
	}
	if err := lockFile(file); err != nil {
		defer file.Close()
		if !errors.Is(err, errLocked) {
			return nil, fmt.Errorf("the data folder %s cannot be locked: it must be on a local disk that knows file locks (%w)", dir, err)
		}
		holder := "another causerie"
		if pid, _ := os.ReadFile(path); len(pid) > 0 {
			holder += " (process " + strings.TrimSpace(string(pid)) + ")"
		}
		return nil, fmt.Errorf("%s uses the data folder %s: stop it, or choose another folder", holder, dir)
	}
	// The number is for the message above; the lock does not depend on it.
	if err := file.Truncate(0); err == nil {
		_, _ = fmt.Fprintln(file, os.Getpid())
	}
	return &lock{file}, nil
}

func (l *lock) release() error { return l.file.Close() }
