"""Files over HTTP: uploads and downloads by addresses that are good for some minutes."""
