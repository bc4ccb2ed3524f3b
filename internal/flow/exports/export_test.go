package exports

// Still lets tests ask what a job asks while it makes a file.
var Still = (*Service).still
