"""Ce qui se juge entre les lots d'une archive : un patient, des identifiants, des copies PDF fidèles."""

from __future__ import annotations

from collections.abc import Sequence

from reports.constat import Confiance, Constat, Regle
from steps.jugements.marque import rejouable
from steps.verifications.cda.corps import decoder
from steps.verifications.cda.jugement import juger
from steps.verifications.cda.modele import EnTeteCda
from steps.verifications.dmp.soumission import DocumentSoumis
from steps.verifications.dmp.types_donnees import composants
from steps.verifications.pdf import concorde_avec_cda
from steps.verifications.pdf.regles_fichier import IDENTIQUE
from steps.verifications.registre import verification
from steps.verifications.xdm.lots import LotFichier

UN_PATIENT = Regle(
    "XDM-PAT-01", "L'archive concerne un seul patient", "REM BIO, exigence MSS/CONF.23 (un seul usager par courriel)",
    Confiance.OFFICIELLE, "Produire une archive par patient.",
)  # fmt: skip
UNIQUES = Regle(
    "XDM-LOT-01", "Un uniqueId ne sert pas dans deux lots de l'archive", "IHE ITI TF-3, § 4.2.3.2 (uniqueId)",
    Confiance.DOCUMENTEE, "Donner un OID neuf à chaque document et à chaque lot.",
)  # fmt: skip


@verification(UN_PATIENT, UNIQUES)
def entre_lots(lots: Sequence[tuple[str, LotFichier]]) -> list[Constat]:
    """Un patient par archive, aucun uniqueId partagé par deux lots au contenu différent. `lots` : (chemin, lot)."""
    patients: dict[str, str] = {}
    vus: dict[str, tuple[str, str]] = {}
    doubles = []
    for chemin, lu in lots:
        for objet in (*lu.lot.lot.lots, *lu.lot.lot.documents):
            if objet.patient_id:
                patients.setdefault("^".join(composants(objet.patient_id, 4)), chemin)
        contenus = {d.unique_id: d.sha256 for d in lu.lot.documents}
        contenus |= {lot.unique_id: chemin for lot in lu.lot.lot.lots}
        for identifiant, contenu in contenus.items():
            connu = vus.setdefault(identifiant, (chemin, contenu))
            if identifiant and connu[0] != chemin and connu[1] != contenu:
                doubles.append(f"{identifiant} ({connu[0]} et {chemin})")
    constats = [
        juger(
            UNIQUES, not doubles, "Un uniqueId désigne deux objets différents.", attendu="un uniqueId par objet",
            recu=", ".join(doubles) or f"{len(vus)} distincts", ou="uniqueId",
        )
    ]  # fmt: skip
    if patients:
        constats.append(
            juger(
                UN_PATIENT, len(patients) == 1, "L'archive concerne plusieurs patients.", attendu="un seul patient",
                recu=" ; ".join(f"{cx} ({chemin})" for cx, chemin in patients.items()), ou="patientId",
            )
        )  # fmt: skip
    return constats


@rejouable
def copies_pdf(lu: LotFichier, chemin: str) -> list[Constat]:
    """Chaque PDF du lot est la copie d'un de ses CDA : identique (N1), ou portant son en-tête (N3).

    Avec plusieurs CDA, le PDF est comparé à celui qui l'encapsule, à défaut à celui de même type et de même titre.
    """
    cdas = [(d, d.cda) for d in lu.lot.documents if d.fiche.mime_type == "text/xml" and d.cda is not None]
    constats = []
    for document in lu.lot.documents:
        if document.octets is None or document.fiche.mime_type != "application/pdf" or not cdas:
            continue
        ou = chemin + lu.fichiers.get(document.fiche.id, document.fiche.id)
        modele = _modele(document, cdas)
        if modele is None:
            message = f"rien ne dit duquel des {len(cdas)} CDA du lot ce PDF est la copie : une personne doit le voir"
            constats.append(IDENTIQUE.a_regarder(message, ou=ou))
        else:
            constats += concorde_avec_cda(document.octets, modele, ou=ou)
    return constats


def _modele(pdf: DocumentSoumis, cdas: Sequence[tuple[DocumentSoumis, EnTeteCda | None]]) -> EnTeteCda | None:
    if len(cdas) == 1:
        return cdas[0][1]
    for _, cda in cdas:
        if cda is not None and cda.contenu is not None and decoder(cda.contenu) == pdf.octets:
            return cda
    proches = [
        cda for document, cda in cdas
        if document.fiche.type_code == pdf.fiche.type_code and document.fiche.title == pdf.fiche.title
    ]  # fmt: skip
    return proches[0] if len(proches) == 1 else None
