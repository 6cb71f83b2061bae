"""How each question type is drawn: a module a type, discovered by exams.view_builders; each has `build`."""
