"""Découpage d'un message MIME venu d'un inconnu : en-têtes bruts, parties, octets. Temps linéaire, jamais d'exception.

`email` est écarté du découpage : il teste chaque ligne contre chaque multipart ouvert et descend par récursion. Ici les
lignes `--…` sont relevées une fois ; ce qui dépasse une limite n'est pas lu et `limite` le dit.
"""

from __future__ import annotations

import re
from bisect import bisect_left

from steps.verifications.mssante.parties import EnTete, Partie

__all__ = ["Decoupeur", "EnTete", "Partie"]

TAILLE_MAX = 64 * 1024 * 1024
ENTETE_MAX = 64 * 1024
ENTETES_MAX = 2_000
TOTAL_ENTETES_MAX = 1024 * 1024
PARTIES_MAX = 1_000
PROFONDEUR_MAX = 30
DELIMITEURS_MAX = 100_000

_CHAMP = re.compile(rb"([!-9;-~]+)([ \t]*):")
_TIRETS = re.compile(rb"(?m)^--[^\r\n]*")


class _Demesure(Exception):
    pass


class Decoupeur:
    """Découpe un message ; après `lire`, `limite` dit la limite du banc atteinte, vide si tout a été lu."""

    def __init__(self, octets: bytes) -> None:
        self.octets = octets
        self.limite = ""
        self._parties = 0
        self._entetes = 0
        self._octets_des_entetes = 0
        self._repere = (0, 1)
        self._delimiteurs: list[tuple[int, bytes]] = []
        self._positions: list[int] = []

    def lire(self) -> Partie:
        """La partie racine ; ses enfants manquent après une limite atteinte."""
        racine = Partie("", self.octets, (), 0, len(self.octets), 1)
        try:
            if len(self.octets) > TAILLE_MAX:
                raise _Demesure(f"message de {len(self.octets)} octets (au plus {TAILLE_MAX})")
            for trouve in _TIRETS.finditer(self.octets):
                if len(self._delimiteurs) >= DELIMITEURS_MAX:
                    raise _Demesure(f"plus de {DELIMITEURS_MAX} lignes commençant par « -- »")
                self._delimiteurs.append((trouve.start(), trouve[0].rstrip(b" \t")))
            self._positions = [position for position, _ in self._delimiteurs]
            self._remplir(racine, 0)
        except _Demesure as erreur:
            self.limite = str(erreur)
        return racine

    def _remplir(self, partie: Partie, profondeur: int) -> None:
        if profondeur > PROFONDEUR_MAX:
            raise _Demesure(f"plus de {PROFONDEUR_MAX} parties imbriquées")
        self._parties += 1
        if self._parties > PARTIES_MAX:
            raise _Demesure(f"plus de {PARTIES_MAX} parties")
        partie.ligne, partie.origine = self._ligne(partie.debut), partie.debut
        partie.entetes, partie.debut = self._lire_entetes(partie)
        if partie.multipart:
            self._multipart(partie, profondeur)
        elif partie.type in ("message/rfc822", "message/global"):
            if partie.transfert in ("7bit", "8bit", "binary"):
                self._enfant(partie, "1", partie.debut, partie.fin, "text/plain", profondeur)
            else:
                partie.defauts.append(f"message inclus codé en {partie.transfert[:40]}")

    def _enfant(self, parent: Partie, rang: str, debut: int, fin: int, defaut: str, profondeur: int) -> None:
        chemin = f"{parent.chemin}.{rang}" if parent.chemin else rang
        enfant = Partie(chemin, self.octets, (), debut, fin, 0, defaut)
        parent.enfants.append(enfant)
        self._remplir(enfant, profondeur + 1)

    def _multipart(self, partie: Partie, profondeur: int) -> None:
        frontiere = partie.content_type.parametres.get("boundary", "").rstrip(" ")
        if not frontiere:
            partie.defauts.append("multipart sans paramètre boundary")
            return
        if len(frontiere) > 70:
            partie.defauts.append(f"boundary de {len(frontiere)} caractères (70 au plus)")
        if partie.transfert not in ("7bit", "8bit", "binary"):
            partie.defauts.append(f"multipart codé en {partie.transfert[:40]}")
        marque = b"--" + frontiere.encode("utf-8", "replace")
        defaut = "message/rfc822" if partie.type == "multipart/digest" else "text/plain"
        debut, rang, ferme = -1, 0, False
        for indice in range(bisect_left(self._positions, partie.debut), len(self._positions)):
            position, texte = self._delimiteurs[indice]
            if position >= partie.fin:
                break
            if texte != marque and texte != marque + b"--":
                continue
            if debut >= 0:
                rang += 1
                self._enfant(partie, str(rang), debut, self._avant(position, debut), defaut, profondeur)
            if texte != marque:
                ferme = True
                break
            debut = self._fin_de_ligne(position, partie.fin)
        if debut < 0:
            partie.defauts.append("multipart sans aucune partie : sa frontière n'apparaît pas")
        elif not ferme:
            partie.defauts.append("multipart jamais fermé : le message est tronqué, ou sa dernière frontière manque")
            self._enfant(partie, str(rang + 1), debut, partie.fin, defaut, profondeur)

    def _fin_de_ligne(self, position: int, fin: int) -> int:
        suite = self.octets.find(b"\n", position, fin)
        return suite + 1 if suite >= 0 else fin

    def _avant(self, position: int, debut: int) -> int:
        """Fin du contenu qui précède une frontière : le saut de ligne appartient à la frontière."""
        if position > debut and self.octets[position - 1 : position] == b"\n":
            position -= 1
            if position > debut and self.octets[position - 1 : position] == b"\r":
                position -= 1
        return max(position, debut)

    def _ligne(self, position: int) -> int:
        depart, ligne = self._repere if self._repere[0] <= position else (0, 1)
        self._repere = (position, ligne + self.octets.count(b"\n", depart, position))
        return self._repere[1]

    def _lire_entetes(self, partie: Partie) -> tuple[tuple[EnTete, ...], int]:
        """Les en-têtes et la position du corps. Une ligne qui n'en est pas un ouvre le corps, comme pour `email`."""
        champs: list[tuple[str, int, int]] = []
        position, etrangere = partie.debut, -1
        if not partie.chemin and self.octets.startswith(b"From ", position):
            partie.defauts.append("première ligne « From … » d'une boîte mbox : elle n'est pas du message")
            position = self._fin_de_ligne(position, partie.fin)
        while position < partie.fin:
            suite = self._fin_de_ligne(position, partie.fin)
            debut_de_ligne = self.octets[position : min(suite, position + 200)]
            if debut_de_ligne in (b"\r\n", b"\n"):
                position = suite
                break
            champ = _CHAMP.match(debut_de_ligne)
            if debut_de_ligne[:1] in (b" ", b"\t") and champs:
                nom, ici, _ = champs[-1]
                champs[-1] = (nom, ici, suite)
            elif champ is not None:
                if champ[2]:
                    partie.defauts.append(f"blanc avant le deux-points de l'en-tête {champ[1][:40].decode()}")
                champs.append((champ[1].decode(), position + champ.end(), suite))
            else:
                etrangere = position
                break
            self._compter(champs[-1], suite - position)
            position = suite
        entetes = tuple(EnTete(nom, self.octets[ici:la].rstrip(b"\r\n"), self._ligne(ici)) for nom, ici, la in champs)
        ligne = self._ligne(position)
        if etrangere >= 0:
            partie.defauts.append(f"ligne {ligne} : ni en-tête, ni ligne vide avant le corps")
        return entetes, position

    def _compter(self, champ: tuple[str, int, int], ligne: int) -> None:
        nom, debut, fin = champ
        self._octets_des_entetes += ligne
        if self._octets_des_entetes > TOTAL_ENTETES_MAX:
            raise _Demesure(f"plus de {TOTAL_ENTETES_MAX} octets d'en-têtes")
        if fin - debut > ENTETE_MAX:
            raise _Demesure(f"en-tête {nom[:60]} de plus de {ENTETE_MAX} octets")
        self._entetes += 1
        if self._entetes > ENTETES_MAX:
            raise _Demesure(f"plus de {ENTETES_MAX} lignes d'en-têtes")
