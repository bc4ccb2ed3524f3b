package ocr

import (
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// confine puts the program into a group of its own, which is killed as a whole when
// time is up or Carnet ends.
func confine(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}

// bound limits what the program may take: memory, processor seconds, and no file that
// it writes. It reads its picture after this.
func bound(pid int) {
	seconds := uint64(maxTime.Seconds())
	for what, most := range map[int]uint64{unix.RLIMIT_AS: maxMemory, unix.RLIMIT_CPU: seconds, unix.RLIMIT_FSIZE: 1 << 20, unix.RLIMIT_CORE: 0} {
		_ = unix.Prlimit(pid, what, &unix.Rlimit{Cur: most, Max: most}, nil)
	}
}
