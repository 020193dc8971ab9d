"""Les documents d'un courriel : archive d'échange et métadonnées, CDA, PDF, un seul usager."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import combinations

from reports.constat import Confiance, Constat, Regle
from steps.jugements.marque import rejouable
from steps.verifications.cda import verifier_cda
from steps.verifications.cda.jugement import juger
from steps.verifications.cda.modele import OID_INS_DEMONSTRATION, OID_INS_NIA, OID_INS_NIR, OID_INS_TEST, EnTeteCda
from steps.verifications.mssante.contenus import ArchiveJointe, CdaJoint, matricule, nom_de_naissance, premier_prenom
from steps.verifications.mssante.contexte import ContexteCourriel
from steps.verifications.mssante.courriel_lecture import Courriel
from steps.verifications.mssante.expediteur import lettres
from steps.verifications.mssante.pieces import PDFS_MAX
from steps.verifications.mssante.portee import sans_contexte
from steps.verifications.pdf import verifier_pdf
from steps.verifications.registre import verification
from steps.verifications.xdm import LotFichier, dossiers, lire_lot_fichier, verifier_lot_fichier, verifier_structure
from steps.verifications.xdm.archive import copies_pdf, entre_lots
from steps.verifications.xdm.lots import LISIBLE

METADONNEES_MAX = 8 * 1024 * 1024

UN_USAGER = Regle(
    "MSS-ARC-01", "Les documents d'un courriel concernent un seul usager",
    "REM BIO, exigence MSS/CONF.23 ; MSSanté référentiel #2, ECO.2.1.1", Confiance.OFFICIELLE,
    "Envoyer un courriel par usager.",
)  # fmt: skip
BON_USAGER = Regle(
    "MSS-ARC-02", "Les documents sont ceux de l'usager pour qui l'envoi a été demandé",
    "Rapprochement du banc : l'envoi demandé concernait cet usager", Confiance.DEDUITE,
    "Joindre les documents du dossier depuis lequel l'envoi est demandé.",
)  # fmt: skip
OID_DE_TEST = Regle(
    "MSS-ARC-03", "Dans un essai, l'INS des documents est sous un OID de test",
    "ANS, OID de l'identité nationale de santé ; règle du banc : un OID de production peut être une personne réelle",
    Confiance.DEDUITE, "Vérifier qu'aucune identité réelle n'a servi : les essais emploient l'OID .10 ou .11.",
)  # fmt: skip


@rejouable
def archive_xdm(courriel: Courriel, contexte: ContexteCourriel) -> list[Constat]:
    """L'enveloppe zip, l'arborescence, les métadonnées de chaque lot et leur accord avec les fichiers."""
    constats: list[Constat] = []
    for une in courriel.contenus.echanges:
        nom = une.partie.nom_de_fichier or f"partie {une.partie.chemin}"
        constats += _situer([*une.constats, *_lots(une)], nom[:60], contexte.echanges)
    return constats


def _lots(une: ArchiveJointe) -> list[Constat]:
    lue = une.lue
    if lue.illisible:
        return []
    constats = verifier_structure(lue.fichiers, complete=lue.complete)
    lots: list[tuple[str, LotFichier]] = []
    for dossier in dossiers(lue.fichiers):
        if len(dossier.metadonnees) > METADONNEES_MAX:
            raison = f"{dossier.chemin}METADATA.XML de {len(dossier.metadonnees)} octets : au-delà de la limite du banc"
            constats.append(LISIBLE.sans_objet(raison))
            continue
        lu = lire_lot_fichier(dossier.metadonnees, dossier.fichiers)
        if isinstance(lu, Constat):
            constats.append(replace(lu, ou=f"{dossier.chemin}METADATA.XML"))
            continue
        lots.append((dossier.chemin, lu))
        juges = verifier_lot_fichier(lu, dossier.fichiers, complete=lue.complete)
        constats += [replace(c, ou=f"{dossier.chemin}METADATA.XML : {c.ou}") if c.ou else c for c in juges]
        constats += copies_pdf(lu, dossier.chemin)
    return constats + entre_lots(lots)


@rejouable
def documents_cda(courriel: Courriel, contexte: ContexteCourriel) -> list[Constat]:
    """Chaque CDA, archivé ou non, contre les règles qui ne demandent pas le kit officiel."""
    constats: list[Constat] = []
    for cda in tous_les_cdas(courriel):
        constats += _situer(verifier_cda(cda.octets), cda.nom[:80], contexte.echanges)
    return constats


def tous_les_cdas(courriel: Courriel) -> tuple[CdaJoint, ...]:
    """Les CDA des archives d'échange, puis ceux joints hors archive."""
    return (*courriel.contenus.cdas, *courriel.contenus.cdas_nus)


@rejouable
def documents_pdf(courriel: Courriel, contexte: ContexteCourriel) -> list[Constat]:
    """Chaque PDF joint : entier, sûr, et PDF/A-1 s'il accompagne un document de santé."""
    exigence = "exige" if courriel.contenus.cdas else "a_regarder"
    constats: list[Constat] = []
    for partie in courriel.contenus.pdfs[:PDFS_MAX]:
        juges = verifier_pdf(partie.contenu, ou=partie.titre, pdfa=exigence)
        constats += [replace(constat, echanges=contexte.echanges) for constat in juges]
    return constats


def _situer(constats: Iterable[Constat], nom: str, echanges: tuple[int, ...]) -> list[Constat]:
    return [replace(c, ou=f"{nom} : {c.ou}" if c.ou else nom, echanges=echanges) for c in constats]


@verification(UN_USAGER, BON_USAGER, OID_DE_TEST)
def usager(courriel: Courriel, contexte: ContexteCourriel) -> list[Constat]:
    """Un seul usager, le bon, sous un OID de test ; rien si aucun CDA n'est lisible."""
    lus = [(cda.nom, cda.entete) for cda in tous_les_cdas(courriel) if cda.entete is not None]
    if not lus:
        return []
    premier = lus[0][1]
    personnes = {(matricule(entete), _traits(entete)) for _, entete in lus}
    seul = all(_meme_personne(une, autre) for une, autre in combinations(personnes, 2))
    recu = " ; ".join(f"{nom.rpartition('/')[2][:60]} : {_qui(entete)}" for nom, entete in lus[:6])
    return [
        juger(
            UN_USAGER, seul, "Les documents du courriel concernent plusieurs usagers.", attendu="un seul usager",
            recu=recu, ou="CDA joints", echanges=contexte.echanges,
        ),
        _bon_usager(premier, contexte),
        *_oids([entete for _, entete in lus], contexte),
    ]  # fmt: skip


def _qui(cda: EnTeteCda) -> str:
    return matricule(cda) or f"{nom_de_naissance(cda)} {premier_prenom(cda)} {cda.patient.naissance}"


def _meme_personne(une: tuple[str, tuple[str, ...]], autre: tuple[str, tuple[str, ...]]) -> bool:
    """`une`, `autre` : matricule et traits. Deux matricules départagent, même des homonymes ; à défaut, les traits."""
    if une[0] and autre[0]:
        return une[0] == autre[0]
    return une[1] == autre[1]


def _traits(cda: EnTeteCda) -> tuple[str, str, str]:
    return lettres(nom_de_naissance(cda)), lettres(premier_prenom(cda)), cda.patient.naissance[:8]


def _bon_usager(cda: EnTeteCda, contexte: ContexteCourriel) -> Constat:
    patient = contexte.patient
    if patient is None:
        return sans_contexte(BON_USAGER, "l'usager pour qui l'envoi a été demandé", contexte.echanges)
    if patient.matricule_ins and matricule(cda):
        juste, attendu = matricule(cda) == patient.matricule_ins, patient.matricule_ins
    else:
        attendu = f"{patient.nom_naissance} né(e) le {patient.date_naissance}"
        juste = lettres(nom_de_naissance(cda)) == lettres(patient.nom_naissance) and (
            cda.patient.naissance[:8] == patient.date_naissance.replace("-", "")
        )
    return juger(
        BON_USAGER, juste, "Les documents ne sont pas ceux de l'usager pour qui l'envoi a été demandé.",
        attendu=attendu, recu=_qui(cda), ou="CDA joints", echanges=contexte.echanges,
    )  # fmt: skip


def _oids(cdas: list[EnTeteCda], contexte: ContexteCourriel) -> list[Constat]:
    """Un OID de production : une alarme dans une campagne, une remarque pour un fichier, qui peut être réel."""
    racines = {ident.racine for cda in cdas for ident in cda.matricules}
    if not racines:
        return []
    reels = sorted(racines & {OID_INS_NIR, OID_INS_NIA})
    ou, recu = "CDA joints", ", ".join(sorted(racines))
    if not reels:
        return [OID_DE_TEST.respectee(recu=recu, ou=ou, echanges=contexte.echanges)]
    message = "Des documents portent une INS sous un OID de production : ce peut être une personne réelle."
    attendu = f"{OID_INS_TEST} ou {OID_INS_DEMONSTRATION}"
    if contexte.echanges:
        return [OID_DE_TEST.enfreinte(message, attendu=attendu, recu=recu, ou=ou, echanges=contexte.echanges)]
    return [OID_DE_TEST.signalee(message, attendu=attendu, recu=recu, ou=ou)]
