# language: fr
Fonctionnalité: Documents de sortie préparés par un dossier patient informatisé
  Le logiciel prépare le document d'après le dossier ; le professionnel le corrige, choisit ses destinataires et le valide.

  # Les captures ou la vidéo des écrans restent à joindre.

  @HOP/va1.03.01
  Scénario: Un document de sortie prérempli se corrige à la main avant d'être validé
    # La lettre de liaison et le compte rendu ; deux rédacteurs, deux patients, deux corrections.
    Étant donné un patient « Irénée » dont le statut est « identité qualifiée »
    Et un patient « Jacinthe » dont le statut est « identité qualifiée »
    Et ces éléments du séjour saisis au dossier du patient « Irénée »
      | rubrique | texte                                       |
      | motif    | Douleur thoracique à l'effort               |
      | suites   | Épreuve d'effort à programmer sous huitaine |
    Et ces éléments du séjour saisis au dossier du patient « Jacinthe »
      | rubrique | texte                                    |
      | motif    | Fracture du col fémoral gauche           |
      | suites   | Rééducation en centre pendant six semaines |
    Quand le professionnel fait préparer pour le patient « Irénée » la lettre de liaison « lettre d'Irénée »
    Et le professionnel remplace dans le document préparé « lettre d'Irénée » le motif par « Angor instable, troponine positive »
    Alors le document préparé « lettre d'Irénée », rouvert, porte la correction
    Quand un autre professionnel fait préparer pour le patient « Jacinthe » le compte rendu hospitalier « séjour de Jacinthe »
    Et un autre professionnel remplace dans le document préparé « séjour de Jacinthe » le motif par « Fracture pertrochantérienne droite »
    Alors le document préparé « séjour de Jacinthe », rouvert, porte la correction
    Quand le professionnel valide le document préparé « lettre d'Irénée »
    Et un autre professionnel valide le document préparé « séjour de Jacinthe »
    Alors le document validé « lettre d'Irénée » porte la correction, et plus le texte qu'elle remplace
    Et le document validé « séjour de Jacinthe » porte la correction, et plus le texte qu'elle remplace

  @HOP/va1.05.01
  Scénario: Les destinataires prévus s'affichent avec leurs adresses, et leur liste se modifie
    # La lettre de l'autre patient, dont la liste n'est pas touchée, montre que la liste proposée passe aussi.
    Étant donné un patient « Kilian » dont le statut est « identité qualifiée »
    Et un patient « Léontine » dont le statut est « identité qualifiée »
    Et trois correspondants au dossier du patient « Kilian »
    Et deux correspondants au dossier du patient « Léontine »
    Et ces éléments du séjour saisis au dossier du patient « Kilian »
      | rubrique | texte                            |
      | motif    | Décompensation d'un diabète connu |
    Et ces éléments du séjour saisis au dossier du patient « Léontine »
      | rubrique | texte                       |
      | motif    | Pneumopathie du lobe inférieur |
    Quand le professionnel fait préparer pour le patient « Kilian » la lettre de liaison « lettre de Kilian »
    Et un autre professionnel fait préparer pour le patient « Léontine » la lettre de liaison « lettre de Léontine »
    Alors le document préparé « lettre de Kilian » montre l'adresse de chacun de ses destinataires
    Et le document préparé « lettre de Léontine » montre l'adresse de chacun de ses destinataires
    Quand le professionnel retire du document préparé « lettre de Kilian » un destinataire et en ajoute un autre
    Et le professionnel valide le document préparé « lettre de Kilian »
    Et un autre professionnel valide le document préparé « lettre de Léontine »
    Alors l'en-tête du document validé « lettre de Kilian » porte la liste de destinataires arrêtée
    Et l'en-tête du document validé « lettre de Léontine » porte la liste de destinataires arrêtée

  @HOP/va1.07.01
  Scénario: La lettre de liaison reprend ce que l'équipe a saisi, selon la maquette réglée
    # Les six rubriques du décret n° 2016-995 ; deux patients : un contenu figé, ou pris à un autre, ne passe pas.
    Étant donné un patient « Modeste » dont le statut est « identité qualifiée »
    Et un patient « Nolwenn » dont le statut est « identité qualifiée »
    Et ces éléments du séjour saisis au dossier du patient « Modeste »
      | rubrique              | texte                                                               |
      | médecin traitant      | Dr Hippolyte VERNANT, Saint-Brieuc                                  |
      | médecin adresseur     | Dr Clotilde BRUNEAU, urgences de Guingamp                           |
      | entrée                | le 03/11/2026, transfert depuis un autre établissement              |
      | sortie                | le 17/11/2026, retour à domicile                                    |
      | motif                 | Œdème aigu pulmonaire                                               |
      | synthèse              | Évolution favorable sous diurétiques, fraction d'éjection à 38 %    |
      | événement indésirable | Hématome au point de ponction, résorbé                              |
      | micro-organisme       | Portage d'Escherichia coli BLSE                                     |
      | produit sanguin       | Deux concentrés érythrocytaires le 06/11/2026                       |
      | dispositif implanté   | Stimulateur double chambre, modèle Azuréa 7                         |
      | traitement de sortie  | FUROSÉMIDE 40 mg, un comprimé chaque matin, 90 jours                |
      | traitement de sortie  | BISOPROLOL 2,5 mg, une prise au coucher, 60 jours                   |
      | traitement arrêté     | AMLODIPINE, arrêtée devant des œdèmes des chevilles                 |
      | résultat attendu      | Ferritine et coefficient de saturation en cours au laboratoire      |
      | suites                | Consultation de cardiologie à un mois, surveillance du poids        |
      | suites sociales       | Passage d'une infirmière deux fois par semaine                      |
    Et ces éléments du séjour saisis au dossier du patient « Nolwenn »
      | rubrique              | texte                                                 |
      | motif                 | Cholécystite lithiasique                              |
      | synthèse              | Cœlioscopie sans incident, reprise du transit à J2    |
      | traitement de sortie  | PARACÉTAMOL 1 g, si besoin, 8 jours                   |
      | traitement de sortie  | ENOXAPARINE 4000 UI, une injection par jour, 15 jours |
      | suites                | Ablation des fils par le médecin de ville             |
    Quand le professionnel fait préparer pour le patient « Modeste » la lettre de liaison « lettre de Modeste »
    Et un autre professionnel fait préparer pour le patient « Nolwenn » la lettre de liaison « lettre de Nolwenn »
    Alors le document préparé « lettre de Modeste » reprend tout ce qui est saisi au dossier de son patient, et rien d'un autre
    Et le document préparé « lettre de Nolwenn » reprend tout ce qui est saisi au dossier de son patient, et rien d'un autre
    Quand le professionnel remplace dans le document préparé « lettre de Modeste » le motif par « Insuffisance cardiaque décompensée »
    Alors le document préparé « lettre de Modeste », rouvert, porte la correction
    Quand l'administrateur retire la rubrique « suites » de la maquette des lettres de liaison
    Et le professionnel fait préparer pour le patient « Nolwenn » la lettre de liaison « seconde lettre de Nolwenn »
    Alors le document préparé « seconde lettre de Nolwenn » suit la maquette réglée

  @HOP/va1.08.01
  Scénario: La liste de travail montre les documents en attente, par professionnel, par service et par statut
    Étant donné un patient « Octave » dont le statut est « identité qualifiée »
    Et un patient « Philomène » dont le statut est « identité qualifiée »
    Et ces éléments du séjour saisis au dossier du patient « Octave »
      | rubrique | texte                      |
      | motif    | Bilan d'une fièvre au long cours |
    Et ces éléments du séjour saisis au dossier du patient « Philomène »
      | rubrique | texte                       |
      | motif    | Chute à domicile sans témoin |
    Et ces documents préparés, en attente de validation
      | document   | patient   | rédacteur              | service     | statut                |
      | première   | Octave    | le professionnel       | CARDIOLOGIE | en cours de rédaction |
      | deuxième   | Octave    | le professionnel       | GÉRIATRIE   | à valider             |
      | troisième  | Philomène | un autre professionnel | CARDIOLOGIE | à valider             |
      | quatrième  | Philomène | un autre professionnel | GÉRIATRIE   | en cours de rédaction |
      | cinquième  | Philomène | le professionnel       | CARDIOLOGIE | à valider             |
    Alors la liste de travail, entière puis par professionnel, par service et par statut, montre les documents en attente qui y ont leur place
    Quand le professionnel valide le document préparé « deuxième »
    Alors le document « deuxième » a quitté la liste de travail, où les autres sont encore
