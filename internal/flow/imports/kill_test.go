package imports_test

func childMain() bool { return false }
