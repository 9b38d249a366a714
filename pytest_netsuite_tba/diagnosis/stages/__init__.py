"""What can go wrong at each stage of making a signature: a table of options a stage."""
