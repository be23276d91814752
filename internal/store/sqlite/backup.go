package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// progressEvery is how often a backup says how far it is.
const progressEvery = 200 * time.Millisecond

// Backup writes everything, as it is at one moment, to a new database at path:
// a file that only its owner may read, complete and on the disk when Backup
// returns, and not there when it fails. Put into an empty data folder as
// causerie.db it is what Open opens. Nothing waits for a backup; what was
// erased is not in it.
//
// progress, unless nil, is called now and then, not by several goroutines at
// once, with the bytes that are written and about how many it will be, and at
// the end with both the same. An existing file is an error, and so is a folder
// that is not there. The error is one sentence that says what to do.
func (r *Reader) Backup(ctx context.Context, path string, progress func(done, total int64)) error {
	if progress == nil {
		progress = func(int64, int64) {}
	}
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("the file %s is there already: choose another name, or move it away", path)
	}
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.partial")
	if err != nil {
		return fmt.Errorf("the backup %s cannot be written: choose a folder that is there and writable (%w)", path, err)
	}
	defer os.Remove(file.Name()) // under this name it is gone, or unfinished
	err = r.copyTo(ctx, file, progress)
	if err := errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("the backup %s was not finished: see that its disk has space, and try again (%w)", path, err)
	}
	if err := publish(file.Name(), path); err != nil {
		return fmt.Errorf("the backup %s cannot be given its name: choose another one (%w)", path, err)
	}
	return nil
}

// copyTo fills file, which is empty.
func (r *Reader) copyTo(ctx context.Context, file *os.File, progress func(done, total int64)) error {
	db := pool(r.path, 1, "mode=ro")
	defer db.Close()
	var total int64
	if err := db.QueryRowContext(ctx,
		"SELECT page_count * page_size FROM pragma_page_count, pragma_page_size").Scan(&total); err != nil {
		return err
	}
	progress(0, total)
	var watching sync.WaitGroup
	done := make(chan struct{})
	watching.Go(func() {
		tick := time.NewTicker(progressEvery)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				if info, err := file.Stat(); err == nil {
					progress(min(info.Size(), total), total)
				}
			case <-done:
				return
			}
		}
	})
	_, err := db.ExecContext(ctx, "VACUUM INTO ?", file.Name())
	close(done)
	watching.Wait()
	if err != nil {
		return err
	}
	if err := file.Sync(); err != nil {
		return err
	}
	info, err := file.Stat()
	if err == nil {
		progress(info.Size(), info.Size())
	}
	return err
}

// publish gives the finished file its name, unless a file has it by now.
func publish(partial, path string) error {
	err := os.Link(partial, path)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		// The file system knows no links: then there is a moment in between.
		if _, taken := os.Lstat(path); taken == nil {
			return fs.ErrExist
		}
		err = os.Rename(partial, path)
	}
	if err != nil {
		return err
	}
	// The name must survive a power cut too. Where folders cannot be synced
	// the system does it by itself.
	if dir, err := os.Open(filepath.Dir(path)); err == nil {
		_ = dir.Sync()
		_ = dir.Close()
	}
	return nil
}
