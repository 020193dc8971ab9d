"""La table des défauts : comment elle se joue, se lit et se compare."""
