"""Messages HL7 v2 : un message, une trame MLLP ou un lot ; les CDA que portent ORU et MDM sont examinés un par un."""

from __future__ import annotations

from dataclasses import replace

from reports.constat import Constat
from steps.controle.examens.gardes import au_dela
from steps.controle.examens.inclus import examiner_document, nommer
from steps.controle.modele import ContexteControle, Examen, TypeFichier
from steps.verifications.hl7v2.decoupage import AuDelaDesLimites, DecoupageImpossible, Fichier, decouper
from steps.verifications.hl7v2.enveloppe import decoupable, enveloppe
from steps.verifications.hl7v2.messages_documents import MessageJuge, juger_message


def examiner_hl7v2(octets: bytes, contexte: ContexteControle) -> Examen:
    """Examine un fichier HL7 v2 : cadre, jeu de caractères, chaque message, chaque document porté."""
    try:
        fichier = decouper(octets)
    except AuDelaDesLimites as erreur:
        return au_dela(TypeFichier.HL7V2, str(erreur))
    except DecoupageImpossible as erreur:
        return Examen(TypeFichier.HL7V2, (decoupable(str(erreur)),), ("joué : découpage",))
    recu = f"{len(fichier.messages)} message(s), {fichier.fins_de_ligne}, {fichier.encodage.declare or 'ASCII'}"
    constats: list[Constat] = [decoupable("", recu), *enveloppe(fichier)]
    perimetre = [_forme(fichier)]
    inclus: list[tuple[str, Examen]] = []
    for rang, message in enumerate(fichier.messages, start=1):
        juge = juger_message(message)
        prefixe = f"message {rang}" if len(fichier.messages) > 1 else ""
        constats += [_situer(constat, prefixe) for constat in juge.constats]
        perimetre += [f"{prefixe} : {ligne}" if prefixe else ligne for ligne in juge.perimetre]
        inclus += _documents(juge, prefixe, contexte)
    return Examen(TypeFichier.HL7V2, tuple(constats), tuple(dict.fromkeys(perimetre)), tuple(inclus))


def _forme(fichier: Fichier) -> str:
    formes = ["trame MLLP"] if fichier.mllp else []
    formes += ["lot"] if fichier.lot else []
    formes.append(f"segments séparés par {fichier.fins_de_ligne}")
    return f"joué : fichier ({', '.join(formes)})"


def _situer(constat: Constat, prefixe: str) -> Constat:
    return replace(constat, ou=f"{prefixe}, {constat.ou}" if constat.ou else prefixe) if prefixe else constat


def _documents(juge: MessageJuge, prefixe: str, contexte: ContexteControle) -> list[tuple[str, Examen]]:
    """Un examen par document décodé ; celui qui ne se décode pas est déjà dit par sa règle."""
    presents = [donnee for donnee in juge.documents if donnee.octets]
    noms = nommer(f"{prefixe.replace(' ', '-')}{'-' if prefixe else ''}OBX-{donnee.rang}" for donnee in presents)
    return [
        (nom, examiner_document(donnee.octets or b"", contexte)) for nom, donnee in zip(noms, presents, strict=True)
    ]
