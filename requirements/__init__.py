"""Le catalogue des exigences : ce qui est demandé, couloir par couloir et vague par vague. Les données d'abord."""
