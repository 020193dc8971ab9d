"""Le fichier HL7 v2 : cadre MLLP, jeu de caractères, lot, lignes."""

from __future__ import annotations

from reports.constat import Constat
from steps.verifications.cda.jugement import juger
from steps.verifications.hl7v2.decoupage import Fichier
from steps.verifications.hl7v2.regles_documents import AMBIGU, CADRE, DECOUPAGE, ENCODAGE, LIGNES, LOT
from steps.verifications.registre import verification


@verification(DECOUPAGE)
def decoupable(defaut: str, recu: str = "") -> Constat:
    """Le fichier se découpe en messages ; `defaut` dit pourquoi il ne se découpe pas, vide sinon."""
    return juger(
        DECOUPAGE, not defaut, "Le fichier ne se découpe pas en messages HL7 v2.",
        attendu="MSH, séparateurs distincts, segments séparés par CR", recu=defaut or recu, ou="fichier",
    )  # fmt: skip


@verification(CADRE, ENCODAGE, AMBIGU, LOT, LIGNES)
def enveloppe(fichier: Fichier) -> list[Constat]:
    """Cadre MLLP, jeu de caractères, comptes du lot, lignes perdues."""
    e = fichier.encodage
    perdues = sum(message.perdues for message in fichier.messages)
    constats = [
        _encodage(fichier),
        juger(
            LIGNES, not perdues, "Des lignes ne sont pas des segments : la donnée est coupée.",
            attendu="un segment par ligne", recu=f"{perdues} ligne(s) sans nom de segment", ou="segments",
        ),
    ]  # fmt: skip
    if e.declare.startswith("8859"):
        constats.append(
            juger(
                AMBIGU, not e.ambigu, "Le texte, annoncé en ISO 8859, est de l'UTF-8 valide.", attendu=e.declare,
                recu="UTF-8" if e.ambigu else e.lu, ou="MSH-18",
            )
        )  # fmt: skip
    if fichier.mllp:
        constats.append(
            juger(
                CADRE, not fichier.mllp_incomplet, "Le cadre MLLP n'est pas fermé, ou l'est trop.",
                attendu="0x0B … 0x1C 0x0D", recu="0x0B sans 0x1C 0x0D" if fichier.mllp_incomplet else "cadre fermé",
                ou="fichier",
            )
        )  # fmt: skip
    return constats + _lot(fichier)


def _encodage(fichier: Fichier) -> Constat:
    e = fichier.encodage
    if e.fautif and not e.declare:
        return ENCODAGE.a_regarder(
            "Des caractères accentués, sans jeu annoncé : un récepteur lira de l'ASCII.",
            recu=f"lu en {e.lu}",
            ou="MSH-18",
        )
    recu = f"octets qui ne sont pas de l'{e.declare}" if e.fautif else f"{e.declare or 'ASCII'}, lu en {e.lu}"
    return juger(
        ENCODAGE, not e.fautif, "Les octets ne sont pas dans le jeu de caractères annoncé.",
        attendu=e.declare or "ASCII", recu=recu, ou="MSH-18",
    )  # fmt: skip


def _lot(fichier: Fichier) -> list[Constat]:
    comptes = [(s.valeur(1), len(fichier.messages)) for s in fichier.lot if s.nom == "BTS"]
    lots = sum(s.nom == "BHS" for s in fichier.lot)
    annonces = [("FTS-1", s.valeur(1), lots) for s in fichier.lot if s.nom == "FTS" and s.valeur(1)]
    if len(comptes) == 1 and comptes[0][0]:
        annonces.append(("BTS-1", *comptes[0]))
    if not annonces:
        return []
    faux = [f"{nom} {ecrit} pour {vu}" for nom, ecrit, vu in annonces if ecrit != str(vu)]
    return [
        juger(
            LOT, not faux, "Le lot n'annonce pas ce qu'il porte.",
            attendu=", ".join(f"{nom} {vu}" for nom, _, vu in annonces),
            recu=", ".join(faux) or ", ".join(f"{nom} {ecrit}" for nom, ecrit, _ in annonces), ou="BTS, FTS",
        )
    ]  # fmt: skip
